from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from core.app_user import ensure_app_user
from core.preparation import one_at_a_time, unknown_migrations


class Command(BaseCommand):
    """Run as the owner of the database before a new version serves; repeatable."""

    help = "Make the application's database user, migrate, give it its rights, write the roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--refuse-newer",
            action="store_true",
            help="Fail if the database was used by newer code. A deployment that goes back to "
            "an earlier version leaves this out.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time():
            unknown = unknown_migrations()
            if unknown and options["refuse_newer"]:
                raise CommandError(
                    "the database was last used by newer code: it has migrations that this "
                    f"checkout does not know ({', '.join(unknown[:5])}"
                    f"{' …' if len(unknown) > 5 else ''}). Go on with the newer code, or start "
                    "anew, losing what is in the database: ./dev reset"
                )
            if settings.DB_APP_USER_NAME:
                ensure_app_user(
                    role=settings.DB_APP_ROLE,
                    name=settings.DB_APP_USER_NAME,
                    password=settings.DB_APP_PASSWORD,
                )
            call_command("migrate", verbosity=options["verbosity"] - 1, stdout=self.stdout)
            if settings.DB_APP_ROLE:
                call_command("grant_app_rights", stdout=self.stdout)
            call_command("sync_roles", stdout=self.stdout)
