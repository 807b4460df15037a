from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.arguments import hours
from stock.models import LedgerVerification
from stock.verification import verify_ledger


class Command(BaseCommand):
    """For the nightly job; fails when something differs, so that the job's alarm rings."""

    help = "Prove that what was recorded adds up to every stock level and total."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--max-age",
            type=hours,
            help="Do nothing if the last passed verification is younger: 24h.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        last = LedgerVerification.objects.order_by("-finished_at").first()
        max_age = options["max_age"]
        if last and last.passed and max_age and timezone.now() - last.finished_at < max_age:
            self.stdout.write(f"verified {last.finished_at:%Y-%m-%d %H:%M} UTC, no differences")
            return
        result = verify_ledger(by=None)
        for difference in result.differences:
            self.stdout.write(
                "{what} of {part} {location} {lot} {serial} {order}: stored {stored}, "
                "added up {added_up}".format(**difference)
            )
        seconds = (result.finished_at - result.started_at).total_seconds()
        summary = (
            f"{result.movements} movements, {result.levels} levels, "
            f"{result.difference_count} differences, {seconds:.1f} s"
        )
        if not result.passed:
            raise CommandError(f"The ledger does not add up: {summary}.")
        self.stdout.write(f"The ledger adds up: {summary}.")
