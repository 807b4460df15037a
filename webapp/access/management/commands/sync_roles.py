from typing import Any

from django.core.management.base import BaseCommand

from access.services import sync_roles


class Command(BaseCommand):
    """Run after each migration; running it twice changes nothing."""

    help = "Write the roles of access/roles.py into the groups."

    def handle(self, *args: Any, **options: Any) -> None:
        for role, count in sync_roles().items():
            self.stdout.write(f"{role.value}: {count} permissions")
