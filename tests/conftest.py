"""For all tests. What concerns Django is in tests/webapp/cast.py."""

from pathlib import Path

import pytest

# The database, the cast and the settings of the application, once for all that need them.
pytest_plugins = ["tests.webapp.cast"]


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parent.parent
