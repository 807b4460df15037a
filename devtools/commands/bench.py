"""./dev bench: what the pages cost, beside bare Django and the limits of the machine."""

import argparse
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from devtools import bench_report, load_database, steps
from devtools.application import Application
from devtools.bench_run import Asked, measure_pages, measure_posting
from devtools.cli import Commands
from devtools.commands.loadtest import whole
from devtools.console import Problem, say
from devtools.database import Database
from devtools.house import House
from devtools.load_database import SIZES
from devtools.load_run import measuring_alone, prepare_people

SMALL = "10k"
USERS = 10
# Of ours, where other admins are what is measured.
FEW_PAGES = ("dashboard",)
POSTING_SECONDS = 2


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "bench",
        help="compare the pages with bare Django and with the limits of the machine",
        description="Asks every page of the load test many times in one process, in turn with the "
        "same pages of bare Django and of plain unfold, and with small things done alone; prints "
        "medians and ratios (docs/benchmarks.md).",
    )
    command.add_argument("--rounds", type=whole, default=40, help="40 if not given")
    command.add_argument("--only", nargs="+", metavar="PAGE", help="pages with this in the name")
    command.add_argument("--size", choices=SIZES, default="large", help="the data; large")
    command.add_argument("--write", action="store_true", help="into docs/benchmarks.md, too")
    command.set_defaults(run=run)


def run(house: House, arguments: argparse.Namespace) -> int:
    if arguments.write and arguments.only:
        raise Problem(
            "some pages alone are no result to keep.", "leave out --write, or leave out --only"
        )
    kept_in = house.root / "docs" / "benchmarks.md"
    if arguments.write:
        bench_report.handwritten(kept_in)
    with measuring_alone(house), contextlib.ExitStack() as stack:
        steps.compile_translations()
        sizes = sorted({SMALL, arguments.size}, key=list(SIZES).index)
        sizes = sizes[: sizes.index(arguments.size) + 1]
        applications = {
            size: Application(house, stack.enter_context(copied(house, size))) for size in sizes
        }
        text = measure(house, applications, arguments)
    say("\n" + text)
    if arguments.write:
        bench_report.write(text, kept_in)
        say("written into docs/benchmarks.md")
    return 0


@contextlib.contextmanager
def copied(house: House, size: str) -> Iterator[Database]:
    """Data of this size, as a load test has it, which the benchmark may change."""
    with load_database.kept(house, size) as kept:
        steps.collect_static(Application(house, kept))
        copy = load_database.copied(kept, size, f"load_bench_{size}")
        try:
            prepare_people(Application(house, copy), USERS, people_of(house, size))
            yield copy
        finally:
            with load_database.superuser_of(copy) as superuser:
                load_database.drop(superuser, copy.name)


def people_of(house: House, size: str) -> Path:
    return house.data / "load" / f"people-{size}.json"


def measure(
    house: House, applications: dict[str, Application], arguments: argparse.Namespace
) -> str:
    """The report; the last of the applications has the data that is asked for."""
    folder = house.data / "load" / "bench"
    folder.mkdir(exist_ok=True)
    last = list(applications)[-1]
    everything = not arguments.only
    asked = {
        size: Asked(
            application=application,
            people=people_of(house, size),
            only=arguments.only or (),
        )
        for size, application in applications.items()
    }
    measured = measure_pages(asked, arguments.rounds, folder)
    if everything:
        # Apart: two more admins in one of the processes would be felt in its pages.
        others = replace(asked[last], only=FEW_PAGES, beside=True)
        found = measure_pages({last: others}, arguments.rounds, folder)
        measured[last] = measured[last].beside(found[last])
    posting = None
    if everything:
        posting = measure_posting(applications[last], POSTING_SECONDS, folder)
    return bench_report.report(
        {SIZES[size].said: figures for size, figures in measured.items()}, posting
    )
