"""./dev reset: an empty database, filled anew."""

import argparse
import contextlib
import shutil
from collections.abc import Iterator

from devtools import steps
from devtools.application import Application
from devtools.cli import Commands
from devtools.console import Problem, say, step
from devtools.database import Database, database_for, empty, recreate
from devtools.house import House, Keys

FILL = {"demo": "load_demo", "large": "generate_large", "empty": None}


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "reset",
        help="throw the database away and fill a new one",
        description="Drops the database, makes it anew, migrates and fills it.",
    )
    command.add_argument(
        "--size",
        choices=FILL,
        default="demo",
        help="demo data (if not given); large: 100,000 parts and 1,000,000 movements; or nothing",
    )
    command.add_argument("--yes", action="store_true", help="do not ask (the desk's own database)")
    command.add_argument(
        "--yes-really-drop",
        metavar="NAME",
        help="name the database, where it is not the desk's own but one of DATABASE_URL or DB_*",
    )
    command.set_defaults(run=run)


def run(house: House, arguments: argparse.Namespace) -> int:
    with nothing_serves(house), database_for(house) as database:
        if not is_agreed(database, arguments):
            say("Nothing was changed.")
            return 1
        steps.compile_translations()
        application = Application(house, database)
        with step("making an empty database"):
            make_empty(house, database)
        steps.migrate(application)
        fill(application, arguments.size)
    say("\nDone. Start it: ./dev up" + (" --no-demo" if arguments.size == "empty" else ""))
    return 0


@contextlib.contextmanager
def nothing_serves(house: House) -> Iterator[None]:
    lock = house.try_lock("up")
    if lock is None:
        raise Problem(
            "./dev up is running on this database.",
            "stop it with Ctrl-C where it was started, then run ./dev reset again",
        )
    with lock:
        yield


def is_agreed(database: Database, arguments: argparse.Namespace) -> bool:
    if not database.embedded:
        if arguments.yes_really_drop != database.name:
            raise Problem(
                f"this would drop everything in the database '{database.name}', which is not "
                "the desk's own but the one of DATABASE_URL or DB_*.",
                f"if that is meant: ./dev reset --yes-really-drop {database.name}",
                "to reset the desk's own instead, unset DATABASE_URL and DB_HOST",
            )
        return True
    if arguments.yes:
        return True
    try:
        answer = input("This throws away everything in the desk's database. Go on? [y/N] ")
    except EOFError:
        answer = ""
    return answer.strip().lower() in {"y", "yes"}


def make_empty(house: House, database: Database) -> None:
    shutil.rmtree(house.data / "media", ignore_errors=True)
    (house.data / "demo-unfinished").unlink(missing_ok=True)
    if database.embedded:
        recreate(database, Keys.of(house))
    else:
        empty(database)


def fill(application: Application, size: str) -> None:
    unfinished = application.house.data / "demo-unfinished"
    if size == "demo":
        unfinished.touch()
        steps.create_demo_users(application)  # before the story that is told of them
    command = FILL[size]
    if command is not None:
        with step(f"filling it ({size})"):
            application.manage(command)
    unfinished.unlink(missing_ok=True)
