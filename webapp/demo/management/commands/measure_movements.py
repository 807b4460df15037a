from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from demo.measuring_movements import Speed, measure, scratch_database


class Command(BaseCommand):
    """For whoever changes the ledger or the audit log. Works in a database of its own."""

    help = "Movements a second, with the audit log, without its chain, and without it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=4, help="Writers at once.")
        parser.add_argument("--seconds", type=float, default=4, help="A variant, in a round.")
        parser.add_argument("--rounds", type=int, default=3, help="The median is shown.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in ("processes", "seconds", "rounds")}
        self.stdout.write("{processes} writers, {seconds:g} s, {rounds} rounds".format(**asked))
        with scratch_database():
            full: Speed | None = None
            for speed in measure(**asked):
                if full is None or full.same_part != speed.same_part:
                    full = speed
                    parts = "one part" if speed.same_part else "a part each"
                    self.stdout.write(f"\n{parts:24}  movements/s  ratio  median ms  95 % ms")
                self.stdout.write(
                    f"{speed.variant:24}{speed.a_second:13.0f}{speed.a_second / full.a_second:7.2f}"
                    f"{speed.middle:11.2f}{speed.slow:9.2f}"
                )
