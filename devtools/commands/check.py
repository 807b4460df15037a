"""./dev check: everything that can be said about the code without running it."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devtools.application import environment
from devtools.cli import Commands
from devtools.commands.lock import out_of_step
from devtools.commands.test import SETTINGS, test_database
from devtools.console import say
from devtools.house import House
from devtools.steps import compile_translations

# As in a deployment, because that is what Django's deploy check judges.
DEPLOYED = SETTINGS | {
    "DJANGO_TLS": "1",
    "DJANGO_ALLOWED_HOSTS": "inventory.example",
    "DJANGO_CSRF_TRUSTED_ORIGINS": "https://inventory.example",
}
SHELL = (Path("dev"), Path(".ci/run"))


@dataclass(frozen=True)
class Check:
    """One thing to look at: its name, and the command that exits with 0 if all is well."""

    name: str
    command: list[str]
    mend: str = ""


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "check",
        help="lint, types, migrations, Django's deploy check, shell scripts, lock files",
        description="Runs every check, also after one failed, and fails if any did.",
    )
    command.add_argument(
        "--only", metavar="NAME", action="append", help="run only the checks named like this"
    )
    command.set_defaults(run=run)


def checks(house: House) -> list[Check]:
    python = sys.executable
    manage = [python, str(house.webapp / "manage.py")]
    deploy = ["check", "--deploy", "--fail-level", "WARNING"]
    shellcheck = str(Path(sys.executable).parent / "shellcheck")
    return [
        Check("lint", [python, "-m", "ruff", "check"], ".venv/bin/ruff check --fix"),
        Check("format", [python, "-m", "ruff", "format", "--check"], ".venv/bin/ruff format"),
        Check("types", [python, "-m", "mypy"]),
        Check(
            "migrations",
            [*manage, "makemigrations", "--check", "--dry-run"],
            "./dev manage makemigrations",
        ),
        Check("deployment", [*manage, *deploy]),
        Check("shell", [shellcheck, *(str(path) for path in shell_scripts(house))]),
    ]


def shell_scripts(house: House) -> list[Path]:
    """`dev`, the script of CI, and whatever ends in .sh, but nothing of .venv."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sh"],
        cwd=house.root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [*(house.root / path for path in SHELL), *(house.root / path for path in tracked)]


def run(house: House, arguments: argparse.Namespace) -> int:
    wanted = arguments.only or [""]

    def is_wanted(name: str) -> bool:
        return any(part in name for part in wanted)

    compile_translations()
    with test_database(house) as (address, role):
        settings = environment(house, address, DEPLOYED, app_role=role)
        settings |= {"MYPYPATH": str(house.webapp)}
        judged: list[tuple[str, Callable[[], bool]]] = [
            (check.name, partial(passes, house, check, settings)) for check in checks(house)
        ]
        judged.append(("lock files", partial(lock_files_are_current, house)))
        failed = [name for name, judge in judged if is_wanted(name) and not timed(name, judge)]
    if failed:
        say(f"\nfailed: {', '.join(failed)}")
        return 1
    say("\nall is well")
    return 0


def timed(name: str, judge: Callable[[], bool]) -> bool:
    say(f"· {name}")
    started = time.monotonic()
    well = judge()
    say(f"  {'ok' if well else 'FAILED'}  {name}  {time.monotonic() - started:.1f} s")
    return well


def passes(house: House, check: Check, settings: dict[str, str]) -> bool:
    colour = {"FORCE_COLOR": "1"} if sys.stdout.isatty() and "NO_COLOR" not in os.environ else {}
    done = subprocess.run(
        check.command,
        cwd=house.root,
        env=settings | colour,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode == 0:
        return True
    say(done.stdout.rstrip())
    if check.mend:
        say(f"  to mend: {check.mend}")
    return False


def lock_files_are_current(house: House) -> bool:
    findings = out_of_step(house)
    for finding in findings:
        say(f"  {finding}")
    if findings:
        say("  to mend: ./dev lock")
    return not findings
