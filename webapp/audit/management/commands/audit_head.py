from typing import Any

from django.core.management.base import BaseCommand

from audit.heads import signed_head


class Command(BaseCommand):
    """Keep what it prints away from this system: `verify_audit --head` compares with it."""

    help = "Print the signed head of the audit log, one line."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(signed_head())
