"""Pictures are asked for by names; odd ones name none."""

import pytest

from access.models import User
from tests.webapp.cast import ClientOf


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["%00", "a" * 600, ".", "missing.png", "部品"])
def test_a_name_that_no_picture_has_is_not_found(
    name: str, general: User, client_of: ClientOf
) -> None:
    assert client_of(general).get(f"/media/parts/{name}").status_code == 404
