"""One run of the benchmark: a process for each size of data, which take turns page by page.

So what changes on the machine while it runs changes all figures that are compared.
"""

import contextlib
import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.application import Application
from devtools.bench_report import Measured, Posting
from devtools.console import Problem, step
from devtools.load_database import superuser_of, with_name


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of the pages of one size of data."""

    application: Application
    people: Path
    only: Sequence[str] = ()
    beside: bool = False  # compare with bare Django, with plain unfold, and with the machine

    def words(self, file: Path) -> list[str]:
        words = ["measure_pages", "--by-turns", "--people", str(self.people), "--file", str(file)]
        if self.only:
            words += ["--only", *self.only]
        return [*words, "--beside", "--limits"] if self.beside else words


@dataclass
class Turns:
    """`manage.py measure_pages --by-turns`: it tells its turns, and answers when one is done."""

    process: subprocess.Popen[str]
    file: Path
    names: Sequence[str] = ()

    def wait_until_ready(self) -> None:
        self.names = json.loads(self._answer())

    def take(self, name: str) -> None:
        """Nothing if it has no such page."""
        if name not in self.names or self.process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):  # it ended, and answers nothing
            self.process.stdin.write(f"{name}\n")
        self._answer()

    def _answer(self) -> str:
        answer = self.process.stdout.readline() if self.process.stdout else ""
        if not answer:
            raise failed("the pages")
        return answer

    def finish(self) -> Measured:
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.process.wait() != 0:
            raise failed("the pages")
        return Measured.of(json.loads(self.file.read_text("utf-8")))


def failed(what: str) -> Problem:
    return Problem(f"measuring {what} failed; what it said stands above.")


@contextlib.contextmanager
def turns(asked: Asked, file: Path) -> Iterator[Turns]:
    with subprocess.Popen(
        asked.application.command(asked.words(file)),
        env=asked.application.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        try:
            yield Turns(process, file)
        finally:
            process.kill()  # no harm to one that is done


def measure_pages(asked: dict[str, Asked], rounds: int, folder: Path) -> dict[str, Measured]:
    """The medians of each size of data."""
    with contextlib.ExitStack() as stack:
        with step("warming up: every page once"):
            every = {
                size: stack.enter_context(turns(one, folder / f"pages-{size}.json"))
                for size, one in asked.items()
            }
            for each in every.values():
                each.wait_until_ready()
        with step(f"measuring {rounds} rounds"):
            names = list(dict.fromkeys(name for each in every.values() for name in each.names))
            # What came before is felt in a page: each round has an order of its own, the same for
            # both, and now one is first and now the other.
            for turn in range(rounds):
                in_turn = list(every.values())[:: -1 if turn % 2 else 1]
                order = random.Random(turn)  # noqa: S311 - no secret
                for name in order.sample(names, len(names)):
                    for each in in_turn:
                        each.take(name)
        return {size: each.finish() for size, each in every.items()}


def measure_posting(application: Application, seconds: float, folder: Path) -> Posting:
    """In a database of its own, which only the superuser of the desk's server may make."""
    file = folder / "posting.json"
    environment = application.environment()
    with superuser_of(application.database):  # or say that this is not the desk's own server
        address = with_name(application.database.superuser_url or "", application.database.name)
    with step("measuring movements a second, in a database of its own"):
        done = subprocess.run(
            application.command(
                ["measure_posting", "--seconds", f"{seconds:g}", "--file", str(file)]
            ),
            env=environment | {"DATABASE_URL": address},
            check=False,
            stdout=subprocess.DEVNULL,
        )
    if done.returncode != 0:
        raise failed("movements")
    found: Any = json.loads(file.read_text("utf-8"))
    return Posting(found)
