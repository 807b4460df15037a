"""One run of the load test: the server as in the container, Locust beside it, and the accounts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools.application import Application
from devtools.console import Problem, step
from devtools.house import House
from devtools.server import HOST, Server
from loadtest.mix import accounts_for
from loadtest.plan import RAMP_A_SECOND
from loadtest.results import Results

# Whoever is in the middle of a task finishes it, so that no booking is half counted.
STOP_SECONDS = 90


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asked for."""

    shape: str
    users: int
    minutes: float
    step: int
    host: str = ""

    def environment(self, folder: Path, people: Path) -> dict[str, str]:
        return {
            "LOADTEST_SHAPE": self.shape,
            "LOADTEST_USERS": str(self.users),
            "LOADTEST_MINUTES": str(self.minutes),
            "LOADTEST_STEP": str(self.step),
            "LOADTEST_PEOPLE": str(people),
            "LOADTEST_RESULTS": str(folder / "results.json"),
        }


@dataclass
class ContainerServer(Server):
    """gunicorn exactly as the container starts it: webapp/gunicorn.conf.py says the rest."""

    folder: Path = Path()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def record(self) -> Path:
        return record_of(self.house)

    def environment(self) -> dict[str, str]:
        """Logs as the container writes them: a line for people to read costs half as much again."""
        return super().environment() | {"DJANGO_LOG_JSON": "1"}

    def command(self) -> list[str]:
        return [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}"]


def measuring_alone(house: House) -> IO[str]:
    """Held while something is measured in this checkout.

    :raises Problem: if something is
    """
    lock = house.try_lock("loadtest")
    if lock is None:
        raise Problem(
            "./dev loadtest or ./dev bench already runs for this checkout; two would measure "
            "each other.",
            "wait until it is done, or stop it with Ctrl-C where it was started",
        )
    return lock


def record_of(house: House) -> Path:
    """Apart from that of `./dev up`, which may run at the same time."""
    return house.data / "load" / "server.json"


def prepare_people(application: Application, users: int, path: Path) -> None:
    """Accounts for so many users, in the copy of a run: how many another had changes no page."""
    wanted = accounts_for(users)
    with step(f"making {sum(wanted.values())} accounts, and what each works on"):
        words = [f"{work}={count}" for work, count in wanted.items()]
        application.manage("prepare_load_test", *words, "--file", str(path), quiet=True)


def count_bookings(application: Application) -> dict[str, int]:
    counted: dict[str, int] = json.loads(application.manage("count_load_test", quiet=True))
    return counted


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {what: count - before.get(what, 0) for what, count in after.items()}


def run_locust(root: Path, asked: Asked, folder: Path, people: Path) -> Results:
    """Let the users work; what they saw is in the folder afterwards, and in the results."""
    command = [sys.executable, "-m", "locust", "-f", str(root / "loadtest" / "locustfile.py")]
    command += ["--headless", "--only-summary", "--host", asked.host]
    command += ["--stop-timeout", str(STOP_SECONDS), "--html", str(folder / "report.html")]
    command += ["--logfile", str(folder / "locust.log")]
    with (folder / "locust.out").open("w") as said:
        subprocess.run(
            command,
            cwd=root,
            env=os.environ | asked.environment(folder, people) | {"PYTHONPATH": str(root)},
            check=False,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        return Results.read(folder / "results.json")
    except FileNotFoundError as error:
        log = folder / "locust.log"
        tail = log.read_text().strip().splitlines()[-8:] if log.exists() else []
        raise Problem(
            "Locust ended without results:\n" + "\n".join(f"    {line}" for line in tail),
            f"read {log} and {folder / 'locust.out'}",
        ) from error


def duration_said(asked: Asked) -> str:
    """What to expect, before it begins."""
    if asked.shape == "step-up":
        steps = asked.users // asked.step
        return f"at most {steps} steps of {asked.minutes:g} minutes, up to {asked.users} users"
    ramp = asked.users / RAMP_A_SECOND / 60
    return f"{asked.users} users, {asked.minutes:g} minutes after a ramp of {ramp:.1f}"
