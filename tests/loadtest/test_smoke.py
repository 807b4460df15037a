"""The whole gate once: data, server, people, verdict. It says nothing about times."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import load_database
from devtools.house import House
from devtools.server import next_free
from loadtest.mix import PEOPLE
from loadtest.results import Results
from tests.devtools.conftest import desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RUN = """
import sys
from pathlib import Path
from devtools.__main__ import main
from devtools.house import House
sys.exit(main(sys.argv[2:], House(Path(sys.argv[1]))))
"""

LEFT_BEHIND = "SELECT count(*) FROM access_user WHERE username LIKE 'load-%'"


@pytest.fixture
def house(repository: Path) -> Iterator[House]:
    """A checkout of its own: the repository's code, and nothing that was generated before."""
    with desk() as house:
        for name in ("webapp", "loadtest", "requirements"):
            (house.root / name).symlink_to(repository / name)
        yield house


def test_ten_people_do_everything_once(house: House, repository: Path) -> None:
    """One test, because one run takes a minute: every page, the ledger, the audit log, the
    bookings, a report, and what the next run finds. Times are not judged."""
    words = ["loadtest", "--shape", "smoke", "--users", "10", "--minutes", "0.2"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(house.root), *words, "--port", str(next_free(8100))],
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DATABASE_", "DB_", "DJANGO_"))
        }
        | {"PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )

    [folder] = sorted((house.data / "load" / "runs").iterdir())
    assert (folder / "verdict.txt").read_text().startswith("PASSED"), done.stdout
    assert done.returncode == 0

    results = Results.read(folder / "results.json")
    assert results.users == 2 * len(PEOPLE)
    assert results.confirmed["sign-ins in the audit log"] == results.users
    assert sum(results.confirmed.values()) > results.users

    assert "<html" in (folder / "report.html").read_text()
    assert (folder / "pages.csv").read_text().startswith("page,requests,")
    assert "dashboard" in done.stdout

    people = json.loads((house.data / "load" / "people-demo.json").read_text())["people"]
    assert {person["work"] for person in people} == set(PEOPLE)
    with load_database.kept(house, "demo") as kept, kept.connect_as_owner() as owner:
        assert owner.execute(LEFT_BEHIND).fetchone() == (0,)
