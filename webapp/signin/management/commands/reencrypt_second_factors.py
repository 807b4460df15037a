from typing import Any

from django.core.management.base import BaseCommand, CommandError

from signin.encryption import UnreadableSecretError
from signin.services import reencrypt_second_factors


class Command(BaseCommand):
    """After putting a new key in front of SECOND_FACTOR_KEYS; then the old one can go."""

    help = "Encrypt the secrets of all second factors with the first of SECOND_FACTOR_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = reencrypt_second_factors()
        except UnreadableSecretError as error:
            raise CommandError(
                "One of them was encrypted with a key that SECOND_FACTOR_KEYS does not have. "
                "Nothing was changed. Add that key behind the others."
            ) from error
        self.stdout.write(f"{done} encrypted with the first key")
