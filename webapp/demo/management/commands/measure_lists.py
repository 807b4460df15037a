from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.measuring import explain, measure


class Command(BaseCommand):
    """For whoever changes a list or an index: run it on the data of generate_large."""

    help = "Time the queries of the lists of parts, stock and purchasing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repeat", type=int, default=5, help="The median of so many is shown.")
        parser.add_argument(
            "--over",
            type=float,
            default=50,
            metavar="MS",
            help="Mark lists whose slowest query takes longer. Default: 50.",
        )
        parser.add_argument("--explain", action="store_true", help="Print the plans of those.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("   all ms  queries  slowest ms  list")
        marked = 0
        try:
            for measured in measure(repeat=options["repeat"]):
                slow = measured.slowest > options["over"]
                marked += slow
                self.stdout.write(
                    f"{measured.milliseconds:9.1f}{measured.queries:9}{measured.slowest:12.1f}"
                    f"  {measured.name}{'  ← slow' if slow else ''}"
                )
                self.stdout.flush()
                if slow and options["explain"]:
                    self.stdout.write(f"{measured.sql}\n{explain(measured.sql)}\n")
        except LookupError as error:
            raise CommandError(
                f"The database has no {error}. Fill it: ./dev reset --size large"
            ) from error
        self.stdout.write(f"{marked} slower than {options['over']:g} ms")
