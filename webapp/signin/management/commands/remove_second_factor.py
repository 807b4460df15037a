from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.models import User
from signin.services import reset_second_factor


class Command(BaseCommand):
    """For the last administrator who lost the device; others have a page for it."""

    help = "Remove the second factor of a user who lost the device, and end all sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name of the user.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None or not reset_second_factor(user=user, by=None):
            raise CommandError(f"{options['name']} has no second factor.")
        self.stdout.write(f"{user.username} signs in by the password alone now")
