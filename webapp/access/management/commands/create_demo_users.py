import json
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from access.roles import Role
from access.services import create_demo_users


class Command(BaseCommand):
    """For a desk or a demonstration; a deployment creates its users in the admin."""

    help = "Create one demo user per role and print how to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--passwords-file",
            type=Path,
            help="JSON file of role → password; made, readable by its owner only, if missing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        passwords = self._passwords(options["passwords_file"])
        try:
            create_demo_users(passwords=passwords)
        except Group.DoesNotExist as error:
            raise CommandError("The roles are missing. Run sync_roles first.") from error
        for role, password in passwords.items():
            self.stdout.write(f"{role.value}  {password}")

    def _passwords(self, file: Path | None) -> dict[Role, str]:
        if file and file.exists():
            try:
                kept = json.loads(file.read_text())
                return {role: kept[role.value] for role in Role}
            except (ValueError, KeyError, TypeError) as error:
                raise CommandError(
                    f"{file} does not hold a password for each role ({error!r}). "
                    "Delete it to have new passwords made."
                ) from error
        passwords = {role: secrets.token_urlsafe(9) for role in Role}
        if file:
            file.touch(mode=0o600)
            file.write_text(json.dumps(passwords, indent=2))
        return passwords
