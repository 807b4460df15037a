"""Who acts, told to the database, so that its triggers can write it down.

The database knows its own user only, and all people share the application's.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import connection

from access.models import User


@dataclass(frozen=True, kw_only=True)
class Context:
    """Of one request, or of one command."""

    actor_id: int | None = None
    actor_name: str = ""
    address: str | None = None
    request_id: str = ""
    source: str = ""

    def of(self, user: User | None) -> "Context":
        """The same request, with this person."""
        return Context(
            actor_id=None if user is None else user.pk,
            actor_name="" if user is None else user.get_username(),
            address=self.address,
            request_id=self.request_id,
            source=self.source,
        )


def set_context(context: Context) -> None:
    """From now on, what this connection writes is written by `context`.

    For the connection and not for a transaction: each request sets it before it does anything
    else, outside of all transactions, so that no rollback can bring back the one before it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('audit.context', %s, false)", [json.dumps(asdict(context))]
        )


@contextmanager
def acting(user: User | None = None, *, source: str = "") -> Iterator[None]:
    """What happens inside is done by `user`, outside of a request: demo data, jobs, tests."""
    set_context(Context(source=source).of(user))
    try:
        yield
    finally:
        set_context(Context())
