"""For all tests. What concerns Django is in tests/webapp/conftest.py."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parent.parent
