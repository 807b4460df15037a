"""Which release of the application this is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from core.release import release


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Path]:
    """A file of an application."""
    file = tmp_path / "application" / "module.py"
    file.parent.mkdir()
    file.write_text("one = 1\n")
    with override_settings(BASE_DIR=tmp_path):
        yield file


def now() -> str:
    release.cache_clear()
    return release()


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    release.cache_clear()


def test_is_the_same_for_the_same_code(code: Path) -> None:
    assert now() == now() != ""


def test_is_another_after_a_change(code: Path) -> None:
    before = now()
    code.write_text("one = 2\n")

    assert now() != before


def test_is_another_when_a_module_moves(code: Path) -> None:
    before = now()
    code.rename(code.with_name("other.py"))

    assert now() != before
