"""Sessions in the database, as Django keeps them, read and written by plain statements."""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import DatabaseError
from django.utils import timezone

from core.postgresql.soon import written_soon
from core.rows import fetched

_READ = """
    SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s
"""
_WRITE = """
    UPDATE django_session SET session_data = %s, expire_date = %s FROM soon WHERE session_key = %s
"""


class SessionStore(DatabaseSessionStore):
    """Asked on each request: building a query and a model took four times as long as reading."""

    def load(self) -> dict[str, Any]:
        found = fetched(_READ, [self.session_key, timezone.now()])
        if not found:
            self._session_key = None  # a new one gets a key of its own, never the one asked for
            return {}
        return self.decode(found[0][0])

    def save(self, must_create: bool = False) -> None:
        """A list that is filtered anew is remembered here: it need not wait for the disk.

        Who signs in gets a new session, and who signs out has none; both wait.

        :raises UpdateError: if it has ended meanwhile
        """
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        session = self._get_session()  # type: ignore[attr-defined]  # not in the stubs
        data = self.encode(session)
        try:
            written = written_soon(_WRITE, [data, self.get_expiry_date(), self.session_key])
        except DatabaseError as error:
            raise UpdateError from error
        if not written:
            raise UpdateError
