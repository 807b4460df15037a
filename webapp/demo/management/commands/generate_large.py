from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.large.loading import BATCH, LargeSize, NotEmptyError, NotOwnerError, generate_large
from demo.progress import duration


def positive(text: str) -> int:
    """A whole number above 0, also written ``100_000`` or ``100,000``."""
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or int(digits) == 0:
        raise ArgumentTypeError(f"{text!r}: write a whole number above 0.")
    return int(digits)


class Command(BaseCommand):
    """Run as the owner of the database: only the owner may record what happened in the past."""

    help = "Fill an empty database with generated parts, and years of movements and orders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parts", type=positive, default=100_000)
        parser.add_argument("--movements", type=positive, default=1_000_000)
        parser.add_argument(
            "--orders",
            type=positive,
            help="Default: one for fifty movements, with three lines on average.",
        )
        parser.add_argument("--seed", type=int, default=1, help="Same seed and day: same data.")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            default=None,
            help="The day before which the history ends. Default: today.",
        )
        parser.add_argument(
            "--batch", type=positive, default=BATCH, help="Movements loaded by one statement."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = timezone.now()
        size = LargeSize(
            parts=options["parts"],
            movements=options["movements"],
            seed=options["seed"],
            until=options["until"] or timezone.localdate(),
            batch=options["batch"],
            orders=options["orders"] or options["movements"] // 50,
        )
        try:
            verification = generate_large(size, write=self._line)
        except NotEmptyError as error:
            raise CommandError(
                "The database has parts already, and the generator only fills an empty one. "
                "To throw away what is there: ./dev reset --size large"
            ) from error
        except NotOwnerError as error:
            raise CommandError(
                "Only the owner of the database may record movements of the past. "
                "Run it by: ./dev reset --size large, or set DATABASE_URL to the owner's."
            ) from error
        if not verification.passed:
            raise CommandError(f"The ledger shows {verification.difference_count} differences.")
        took = duration((timezone.now() - started).total_seconds())
        self.stdout.write(
            f"{size.parts:,} parts, {verification.movements:,} movements, "
            f"{verification.levels:,} levels; the ledger adds up; {took}"
        )

    def _line(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
