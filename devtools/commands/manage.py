"""./dev manage: Django's own commands."""

import argparse
from pathlib import Path

from devtools.application import Application
from devtools.cli import Commands, add_passing_on
from devtools.database import database_for
from devtools.house import House


def add_to(commands: Commands) -> None:
    """What changes the schema runs as the owner, all else as the application's user."""
    command = add_passing_on(
        commands, "manage", "run a command of manage.py with the right environment"
    )
    command.set_defaults(run=run)


def run(house: House, arguments: argparse.Namespace) -> int:
    with database_for(house) as database:
        return Application(house, database).manage_here(arguments.words, Path.cwd())
