"""A desk to try the tools on: a folder of its own, as a checkout would be."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.house import House
from devtools.placement import known_outside


@pytest.fixture(autouse=True, scope="module")
def _no_database_of_others() -> Iterator[None]:
    """These tests ask what happens on a desk where no database is named."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DB_HOST"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def house() -> Iterator[House]:
    with desk() as house:
        yield house


@pytest.fixture(scope="module")
def shared_house() -> Iterator[House]:
    """For tests that leave it as they found it."""
    with desk() as house:
        yield house


@contextlib.contextmanager
def desk() -> Iterator[House]:
    """In a folder that others may enter, as a checkout usually is (pytest's own is closed)."""
    root = Path(tempfile.mkdtemp(prefix="desk-")).resolve()
    root.chmod(0o755)
    house = House(root)
    house.prepare()
    yield house
    outside = known_outside(house)
    shutil.rmtree(root)
    if outside is not None:
        shutil.rmtree(outside)
