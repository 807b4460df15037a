"""The whole cast at once, and one of everything."""

import pytest

from access.models import User
from tests.webapp.rights_matrix.world import build_world


@pytest.fixture
def cast(
    administrator: User,
    storekeeper: User,
    buyer: User,
    general: User,
    auditor: User,
    outsider: User,
) -> dict[str, User | None]:
    """By the names of the table's columns."""
    people = (administrator, storekeeper, buyer, general, auditor, outsider)
    return {**{person.username: person for person in people}, "anonymous": None}


@pytest.fixture
def world(administrator: User) -> dict[str, str]:
    return build_world(by=administrator)
