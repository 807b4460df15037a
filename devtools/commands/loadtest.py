"""./dev loadtest: the gate before a release."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from devtools import load_database, steps
from devtools.application import Application
from devtools.cli import Commands
from devtools.commands.up import port
from devtools.console import Problem, say, step, table
from devtools.house import House
from devtools.load_cost import Meter
from devtools.load_database import SIZES
from devtools.load_disk import DiskWatch
from devtools.load_run import (
    Asked,
    ContainerServer,
    count_bookings,
    difference,
    duration_said,
    measuring_alone,
    prepare_people,
    record_of,
    run_locust,
)
from devtools.load_target import agree, password_of_everybody
from devtools.server import HOST, require_port, stop_left_over
from loadtest import report
from loadtest.plan import MINUTES
from loadtest.results import Results
from loadtest.thresholds import judge, judge_bookings

USERS = {"smoke": 10, "steady": 100, "step-up": 500, "soak": 100}


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "loadtest",
        help="let 100 people work, and say whether every page answers within 2 seconds",
        description="Starts the application as in the container on generated data, lets users "
        "work, prints how each page answered, and exits with 1 if any page's p99 is above 2 s, "
        "anything failed, or ledger, audit log and bookings do not agree (docs/load-testing.md).",
    )
    command.add_argument("--shape", choices=list(MINUTES), default="steady")
    command.add_argument("--users", type=whole, help="100; smoke: 10; step-up: at most 500")
    command.add_argument("--minutes", type=minutes, help="2; smoke: 0.5; each step: 1; soak: 60")
    command.add_argument("--step", type=whole, default=25, help="users a step of step-up adds: 25")
    command.add_argument("--size", choices=SIZES, help="the data; large if not given, smoke: demo")
    command.add_argument("--port", type=port, default=8089, help="8089 if not given")
    elsewhere = command.add_argument_group("a deployment instead of this desk")
    elsewhere.add_argument("--host", metavar="URL", help="such as https://stg.example.com")
    elsewhere.add_argument("--people", type=Path, help="what prepare_load_test wrote there")
    elsewhere.add_argument("--yes", metavar="HOST", help="agree beforehand, by naming the host")
    elsewhere.add_argument(
        "--this-is-production-and-i-mean-it", action="store_true", dest="production"
    )
    command.set_defaults(run=run)


def whole(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}': write a whole number above 0")
    return number


def minutes(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 24 * 60:
        raise argparse.ArgumentTypeError(f"'{text}': write minutes, such as 2 or 0.5")
    return number


def run(house: House, arguments: argparse.Namespace) -> int:
    with measuring_alone(house):
        folder = make_folder(house, arguments.shape)
        if arguments.host:
            return elsewhere(house, arguments, folder)
        return here(house, arguments, folder)


def make_folder(house: House, shape: str) -> Path:
    folder = house.data / "load" / "runs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{shape}"
    folder.mkdir(parents=True)
    return folder


def asked_for(arguments: argparse.Namespace, host: str) -> Asked:
    return Asked(
        shape=arguments.shape,
        users=arguments.users or USERS[arguments.shape],
        minutes=arguments.minutes or MINUTES[arguments.shape],
        step=arguments.step,
        host=host,
    )


def here(house: House, arguments: argparse.Namespace, folder: Path) -> int:
    stop_left_over(record_of(house))
    require_port(arguments.port)
    asked = asked_for(arguments, f"http://{HOST}:{arguments.port}")
    size = arguments.size or ("demo" if asked.shape == "smoke" else "large")
    people = house.data / "load" / f"people-{size}.json"
    steps.compile_translations()
    with load_database.kept(house, size) as kept:
        steps.collect_static(Application(house, kept))
        application = Application(house, load_database.copied(kept, size))
        prepare_people(application, asked.users, people)
        before = count_bookings(application)
        results, beside = measure(application, asked, folder, people, arguments.port)
        reasons = [
            *judge(results),
            *judge_bookings(results.confirmed, difference(before, count_bookings(application))),
            *verify(application),
        ]
    return conclude(results, reasons, folder, beside)


def measure(
    application: Application, asked: Asked, folder: Path, people: Path, server_port: int
) -> tuple[Results, list[str]]:
    """What the users saw, and what is to be said of the machine meanwhile."""
    server = ContainerServer(application, server_port, folder=folder)
    with server.running() as process:
        with step("starting the web server as in the container"):
            server.wait_until_ready(process)
        meter = Meter(process.pid, application.database)
        disk = DiskWatch(application.house.data / "load")
        with step(f"{asked.shape}: {duration_said(asked)}"), meter.running(), disk.running():
            results = run_locust(application.house.root, asked, folder, people)
    requests = sum(page.requests for page in results.pages)
    return results, [meter.said(requests), disk.said()]


def verify(application: Application) -> list[str]:
    """The two proofs; each fails with what differs."""
    reasons = []
    for command, what in (("verify_ledger", "the ledger"), ("verify_audit", "the audit log")):
        with step(f"verifying {what}"):
            try:
                say(f"  {application.manage(command, quiet=True).strip()}")
            except Problem as problem:
                reasons.append(f"{what} is not right: {problem.what}")
    return reasons


def elsewhere(house: House, arguments: argparse.Namespace, folder: Path) -> int:
    """Against a deployment: what happened in its database is proved there, by a task of its own."""
    agree(arguments.host, production=arguments.production, agreed=arguments.yes)
    password_of_everybody(os.environ)
    if arguments.people is None or not arguments.people.exists():
        raise Problem(
            "the people are missing: their accounts and what each of them works on.",
            "run in the deployment: manage.py prepare_load_test … --file /dev/stdout, "
            "keep what it prints, and name that file by --people (docs/load-testing.md)",
        )
    asked = asked_for(arguments, arguments.host)
    with step(f"{asked.shape} against {asked.host}: {duration_said(asked)}"):
        results = run_locust(house.root, asked, folder, arguments.people.resolve())
    say("\nNot proved from here: ledger, audit log and bookings. In the deployment run")
    say("verify_ledger, verify_audit and count_load_test; it must have counted, since before:")
    say(table(("booked", "count"), [(k, f"{v:,}") for k, v in results.confirmed.items()]))
    return conclude(results, judge(results), folder)


def conclude(
    results: Results, reasons: Sequence[str], folder: Path, beside: Sequence[str] = ()
) -> int:
    if results.shape == "step-up":
        say("\n" + table(report.LEVEL_HEAD, report.level_rows(results)))
    say("\n" + table(report.HEAD, report.page_rows(results.pages)))
    say("\n" + report.summary(results))
    for line in beside:
        say(line)
    for line in report.error_lines(results):
        say(f"  {line}")
    report.write_csv(results, folder / "pages.csv")
    said = report.verdict(reasons)
    (folder / "verdict.txt").write_text(said + "\n")
    say(f"\nReport with charts: {folder / 'report.html'}")
    say(f"Figures: {folder / 'pages.csv'}, {folder / 'results.json'}\n")
    say(said)
    return 1 if reasons else 0
