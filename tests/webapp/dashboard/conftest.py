"""Each test begins with nothing remembered."""

from collections.abc import Iterator

import pytest

from dashboard.caching import cache
from stock.models import Location
from tests.webapp.factories import LocationFactory


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create()


@pytest.fixture
def bench() -> Location:
    return LocationFactory.create()
