import json
from typing import Any

from django.core.management.base import BaseCommand

from demo.load_test.counting import bookings


class Command(BaseCommand):
    """Before and after a run; the difference is held against what the pages confirmed."""

    help = "Count what the people of a load test have booked so far, as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(bookings(), sort_keys=True))
