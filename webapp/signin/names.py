"""Names that were typed at sign-in: people type their password there, too."""

from typing import NamedTuple

from django.utils.crypto import salted_hmac

from access.models import User


class Typed(NamedTuple):
    """The user of that name, if there is one, and what may be written down."""

    user: User | None
    label: str


def typed_name(name: str) -> Typed:
    """A name that nobody has is only ever written as a hash, by which it can be told again."""
    user = User.objects.filter(username=name).first() if name and "\0" not in name else None
    if user is not None:
        return Typed(user, user.get_username())
    return Typed(None, unknown(name))


def unknown(text: str) -> str:
    """What is of nobody here, as a hash."""
    return "?" + salted_hmac("signin.names", text, algorithm="sha256").hexdigest()[:16]
