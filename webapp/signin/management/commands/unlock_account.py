from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from signin.lockout import unlock_everywhere


class Command(BaseCommand):
    """For when no administrator can sign in; as the button of the page, it is recorded."""

    help = "Let somebody who is locked out after failed sign-ins try again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name of the user.")

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = unlock_everywhere(name=options["name"])
        if not addresses:
            raise CommandError(f"{options['name']} is not locked out.")
        for address in addresses:
            self.stdout.write(f"{options['name']} can sign in again from {address}")
