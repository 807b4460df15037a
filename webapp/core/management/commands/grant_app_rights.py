from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from core.rights import NotOwnerError, grant_app_rights


class Command(BaseCommand):
    """Run as the owner of the database, after each migration; repeatable."""

    help = "Give the application's database user its rights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--role",
            default=settings.DB_APP_ROLE,
            help="The user's name. Default: the variable DB_APP_ROLE.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        if not role:
            raise CommandError("Which database user? Set DB_APP_ROLE or give --role NAME.")
        try:
            tables = grant_app_rights(role)
        except NotOwnerError as error:
            raise CommandError(
                f"Nothing was granted: these tables belong to another user: {error}. "
                "Run this as the owner of the database."
            ) from error
        except DatabaseError as error:
            raise CommandError(
                f"The rights could not be granted: {error}. Run this as the owner of the "
                f"database, and create the user first: CREATE ROLE {role} LOGIN."
            ) from error
        self.stdout.write(f"{role}: rights on {tables} tables")
