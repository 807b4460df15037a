import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from demo.bench.posting import measure


class Command(BaseCommand):
    """Works in a database of its own: run it as who may make one."""

    help = "Movements a second by the service and by the least a ledger in SQL has to do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=4, help="Writers at once.")
        parser.add_argument("--seconds", type=float, default=2, help="A variant, in a round.")
        parser.add_argument("--rounds", type=int, default=3, help="The median is shown.")
        parser.add_argument("--file", type=Path, help="Writes them there, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        measured = measure(
            processes=options["processes"], seconds=options["seconds"], rounds=options["rounds"]
        )
        if options["file"]:
            options["file"].write_text(json.dumps(measured, indent=1) + "\n")
        for rows, rates in measured.items():
            said = ", ".join(f"{who} {rate:,.0f}/s" for who, rate in rates.items())
            self.stdout.write(f"{rows}: {said}")
