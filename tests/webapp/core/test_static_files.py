"""The addresses of static files are worked out once."""

import json
from pathlib import Path

import pytest

from core.static_files import StaticFilesStorage


@pytest.fixture
def storage(tmp_path: Path) -> StaticFilesStorage:
    """With one file, collected as in a deployment."""
    manifest = {"version": "1.1", "hash": "", "paths": {"a/b.css": "a/b.0123456789ab.css"}}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    return StaticFilesStorage(location=tmp_path, base_url="/static/")


def test_an_address_names_the_version_of_the_file(storage: StaticFilesStorage) -> None:
    assert [storage.url("a/b.css") for _time in range(2)] == ["/static/a/b.0123456789ab.css"] * 2


def test_an_address_is_worked_out_once(storage: StaticFilesStorage) -> None:
    known = storage.url("a/b.css")
    storage.hashed_files.clear()
    assert storage.url("a/b.css") == known


def test_a_file_that_does_not_exist_is_told_each_time(storage: StaticFilesStorage) -> None:
    for _time in range(2):
        with pytest.raises(ValueError, match=r"a/c\.css"):
            storage.url("a/c.css")
