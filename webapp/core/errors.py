"""Errors that a user can cause and mend, with messages fit for the user."""

from django.core.exceptions import ValidationError


class BusinessError(ValidationError):
    """A rule of the business refuses what was asked for.

    The message says what happened, why, and what to do, in the user's language, so that
    pages show it as it is. As a ``ValidationError`` it attaches to a form without translation.
    `line` is the place, from 0, of the line of the request that it is about.
    """

    line: int | None = None

    def __str__(self) -> str:
        return " ".join(self.messages)
