"""Each test begins with nothing remembered."""

from collections.abc import Iterator

import pytest

from dashboard.caching import cache


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
