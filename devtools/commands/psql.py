"""./dev psql: look into the database."""

import argparse
import os
import subprocess

from psycopg.conninfo import conninfo_to_dict

from devtools.cli import Commands, add_passing_on, own_options
from devtools.database import database_for
from devtools.house import House
from devtools.postgres import PACKAGED


def add_to(commands: Commands) -> None:
    command = add_passing_on(commands, "psql", "open psql on the database, as its owner")
    command.set_defaults(run=run)


def run(house: House, arguments: argparse.Namespace) -> int:
    options = own_options("psql", "Opens PostgreSQL's own shell. Other words are passed on to it.")
    options.add_argument("--app", action="store_true", help="as the application's user")
    own, words = options.parse_known_args(arguments.words)
    with database_for(house) as database:
        address = database.app_url if own.app else database.owner_url
        # By environment, not by argument: others on the machine can read the list of processes.
        return subprocess.run(
            [PACKAGED / "psql", *words],
            env=os.environ | connection_variables(address),
            check=False,
        ).returncode


def connection_variables(address: str) -> dict[str, str]:
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
    }
    parts = conninfo_to_dict(address)
    return {variable: str(parts[name]) for name, variable in names.items() if name in parts}
