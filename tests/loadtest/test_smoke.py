"""The whole gate once: data, server, people, verdict. It says nothing about times."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def house(repository: Path) -> Iterator[House]:
    """A checkout of its own: the repository's code, and nothing that was generated before."""
    with desk() as house:
        for name in ("webapp", "loadtest", "requirements"):
            (house.root / name).symlink_to(repository / name)
        yield house


@pytest.fixture(scope="module")
def run(house: House, repository: Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Ten people, two of each kind, who do everything once."""
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
    return done, folder


class TestSmoke:
    def test_passes(self, run: tuple[subprocess.CompletedProcess[str], Path]) -> None:
        """With every page, the ledger, the audit log and the bookings; times are not judged."""
        done, folder = run

        assert (folder / "verdict.txt").read_text().startswith("PASSED"), done.stdout
        assert done.returncode == 0

    def test_had_people_of_every_kind(
        self, run: tuple[subprocess.CompletedProcess[str], Path]
    ) -> None:
        _done, folder = run

        results = Results.read(folder / "results.json")
        assert results.users == 2 * len(PEOPLE)
        assert results.confirmed["sign-ins in the audit log"] == results.users
        assert sum(results.confirmed.values()) > results.users

    def test_leaves_a_report_with_charts_and_the_figures(
        self, run: tuple[subprocess.CompletedProcess[str], Path]
    ) -> None:
        done, folder = run

        assert "<html" in (folder / "report.html").read_text()
        assert (folder / "pages.csv").read_text().startswith("page,requests,")
        assert "dashboard" in done.stdout

    def test_keeps_accounts_and_data_for_the_next_run(self, house: House) -> None:
        people = json.loads((house.data / "load" / "people-demo.json").read_text())["people"]

        assert {person["work"] for person in people} == set(PEOPLE)
