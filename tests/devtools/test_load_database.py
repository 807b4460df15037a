"""Load data are made once, and anew when they are made otherwise."""

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from devtools import load_database
from devtools.database import Database
from devtools.house import House
from devtools.load_database import SIZES, make_ready


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    """What is done to a database that is full of parts; `done.note_of` says what made it."""
    done = mock.Mock()
    done.steps.has_parts.return_value = True
    for name in ("prepare", "steps", "note_of", "make_anew", "write_note", "Application", "Keys"):
        monkeypatch.setattr(load_database, name, getattr(done, name))
    return done


def ready(tmp_path: Path, size: str) -> None:
    kept: Any = mock.Mock(spec=Database)
    make_ready(House(tmp_path), kept, SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_what_is_there_is_kept(done: mock.Mock, tmp_path: Path, size: str) -> None:
    done.note_of.return_value = SIZES[size].note

    ready(tmp_path, size)

    done.make_anew.assert_not_called()
    done.Application.return_value.manage.assert_not_called()


@pytest.mark.parametrize("made", [None, SIZES["large"].note, "filled for load tests"])
def test_what_was_made_otherwise_or_in_part_is_made_anew(
    done: mock.Mock, tmp_path: Path, made: str | None
) -> None:
    done.note_of.return_value = made

    ready(tmp_path, "10k")

    done.make_anew.assert_called_once()
    done.Application.return_value.manage.assert_called_once_with(
        "generate_large", "--movements", "10000"
    )
    assert done.write_note.call_args.args[1] == SIZES["10k"].note
