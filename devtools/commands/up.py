"""./dev up: from nothing to the inventory in a browser."""

import argparse
import contextlib
from collections.abc import Iterator

from devtools import steps
from devtools.application import Application
from devtools.cli import Commands
from devtools.console import Problem, say, step, table
from devtools.database import database_for
from devtools.house import House, read_json
from devtools.server import HOST, Server, require_port, stop_left_over


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "up",
        help="start the inventory and say how to sign in",
        description="Starts PostgreSQL (or uses DATABASE_URL / DB_*), migrates, loads demo data "
        "the first time, and serves on 127.0.0.1. Ctrl-C stops all it started; the data stays.",
    )
    command.add_argument("--port", type=port, default=8000, help="8000 if not given")
    command.add_argument("--no-demo", action="store_true", help="neither demo data nor demo users")
    command.add_argument("--log", action="store_true", help="show the server's log here")
    command.add_argument("--reload", action="store_true", help="start anew when code changes")
    command.set_defaults(run=run)


def port(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; use a number from 1024 to 65535")
    return number


def run(house: House, arguments: argparse.Namespace) -> int:
    with only_one(house):
        stop_left_over(house.server_record)
        require_port(arguments.port)
        steps.compile_translations()
        with database_for(house) as database:
            application = Application(house, database)
            users = make_ready(application, with_demo=not arguments.no_demo)
            server = Server(application, arguments.port, arguments.log, arguments.reload)
            return serve(server, users)


@contextlib.contextmanager
def only_one(house: House) -> Iterator[None]:
    lock = house.try_lock("up")
    if lock is None:
        record = read_json(house.server_record)
        where = f" at http://{HOST}:{record['port']}" if "port" in record else ""
        raise Problem(
            f"./dev up already runs for this checkout{where}.",
            "use that one, or stop it with Ctrl-C where it was started",
        )
    with lock:
        yield


def make_ready(application: Application, *, with_demo: bool) -> dict[str, str]:
    """Everything up to serving; the demo users and their passwords."""
    steps.migrate(application)
    users = {}
    if with_demo:
        users = steps.create_demo_users(application)  # before the story that is told of them
        steps.load_demo_once(application)
    steps.verify_ledger(application)
    steps.verify_audit(application)
    steps.collect_static(application)
    return users


def serve(server: Server, users: dict[str, str]) -> int:
    with server.running() as process:
        with step("starting the web server"):
            server.wait_until_ready(process)
        say(f"\nThe inventory is at http://{HOST}:{server.port}/\n")
        if users:
            say(table(("user", "password"), users.items()) + "\n")
        if not server.show_log:
            say(f"Log: {server.log}  (./dev up --log shows it here)")
        say("Ctrl-C stops it; the data stays.")
        try:
            process.wait()
        except KeyboardInterrupt:
            say("\n· stopping")
            return 0
    raise server.problem(f"the web server ended (exit code {process.returncode})")
