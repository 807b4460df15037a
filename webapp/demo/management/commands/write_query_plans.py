from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import override

from demo.query_plans import Shown, plans
from stock.models import StockMovement

_BEGINNING = """\
# How PostgreSQL finds the rows of each list

Written by one command, on the data of `./dev loadtest` or `./dev reset --size large`:

    ./dev manage write_query_plans --file docs/query-plans.md

PostgreSQL {version}, {movements:,} movements. Of each list: the time of all its statements in the
database, planning included, and the plan of the one that finds the keys of the page, with the rows
that each step gave. What surrounds the plan (limits, workers) is left out. Before it, at most a
few thousand keys are looked up; after it, 25 rows are fetched by their keys.

Lists are as they open; “page 30”, a word searched for, and the filters are named. Times are of one
run, everything in memory.
"""


class Command(BaseCommand):
    """Run it after a change of a list or of an index, on the large data."""

    help = "Write the query plan of every list into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, required=True, help="Where to write them.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with override("en"):
                shown = list(plans())
        except LookupError as error:
            raise CommandError(
                f"The database has no {error}. Fill it: ./dev reset --size large"
            ) from error
        version = str(connection.cursor().connection.info.server_version)
        beginning = _BEGINNING.format(version=version[:-4], movements=StockMovement.objects.count())
        options["file"].write_text(beginning + "".join(_sections(shown)))
        slowest = max(shown, key=lambda each: each.milliseconds)
        self.stdout.write(
            f"{len(shown)} lists; the slowest: {slowest.name}, {slowest.milliseconds:.1f} ms"
        )


def _sections(shown: list[Shown]) -> Iterator[str]:
    """One for each model, in the order in which they come."""
    models = dict.fromkeys(each.model for each in shown)
    for model in models:
        of_model = "\n".join(_plan(each) for each in shown if each.model == model)
        yield f"\n## {capfirst(model)}\n\n```text\n{of_model}\n```\n"


def _plan(shown: Shown) -> str:
    head = f"{shown.name}: {shown.milliseconds:.1f} ms, statements: {shown.statements}"
    return "\n".join([head, *(f"    {line}" for line in shown.plan)])
