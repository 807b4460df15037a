from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import BusinessError
from demo.loading import load_demo


class Command(BaseCommand):
    """All or nothing, and nothing where parts exist: it can be repeated at any time."""

    help = "Fill an empty database with two catalogues and sixty days of history."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_demo(now=timezone.localtime(), write=self._line)
        except BusinessError as error:
            raise CommandError(f"The demo data was not loaded: {error}") from error
        if not loaded:
            self.stdout.write("The database has parts already: no demo data was loaded.")

    def _line(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
