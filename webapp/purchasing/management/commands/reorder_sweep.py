from typing import Any

from django.core.management import BaseCommand

from purchasing.reorder.sweep import sweep


class Command(BaseCommand):
    help = "Brings all re-order proposals up to date; safe to run at any time, and twice."

    def handle(self, *args: Any, **options: Any) -> None:
        changes, approved = sweep()
        self.stdout.write(
            f"{changes.proposed} proposed, {changes.recomputed} computed anew, "
            f"{changes.withdrawn} withdrawn; {approved} orders approved themselves."
        )
