"""Counters and answers for some minutes that all processes share: Django's cache in the database.

Its own way counts all rows, asks for the key and then writes it, in a transaction, each time; a
sign-in writes six times. PostgreSQL does it by one statement, which two processes cannot come
between.
"""

import base64
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.utils import timezone

from core.postgresql.soon import written_soon

# After so many entries that a process wrote it looks whether there are too many.
WRITES_BETWEEN_COUNTS = 100
_writes = count(1)

_SET = """
    INSERT INTO {table} AS entry (cache_key, value, expires) SELECT %s, %s, %s FROM soon
    ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
_ADD = f"{_SET} WHERE entry.expires < %s"


class SharedCache(DatabaseCache):
    """The same answers to the same questions, by one statement each."""

    _table: str  # Django's
    _cull: Callable[..., None]

    def _base_set(
        self, mode: str, key: str, value: Any, timeout: float | object | None = DEFAULT_TIMEOUT
    ) -> bool:
        if mode == "touch":
            return bool(super()._base_set(mode, key, value, timeout))  # type: ignore[misc]  # not in the stubs
        table = connection.ops.quote_name(self._table)
        now = timezone.now().replace(microsecond=0)
        told: list[Any] = [key, self._written(value), self._expires(timeout)]
        try:
            statement, values = (_ADD, [*told, now]) if mode == "add" else (_SET, told)
            written = written_soon(statement.format(table=table), values) > 0
            if next(_writes) % WRITES_BETWEEN_COUNTS == 0:
                with connection.cursor() as cursor:
                    self._drop_too_many(cursor, now)
        except DatabaseError:  # as Django's: what is only kept for speed stops nobody
            return False
        return written

    def _written(self, value: Any) -> str:
        """As `get` reads it."""
        return base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")

    def _expires(self, timeout: float | object | None) -> datetime:
        at: float | None = self.get_backend_timeout(timeout)  # type: ignore[arg-type]
        if at is None:
            return datetime.max.replace(microsecond=0, tzinfo=UTC)
        return datetime.fromtimestamp(at, tz=UTC).replace(microsecond=0)

    def _drop_too_many(self, cursor: Any, now: datetime) -> None:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(self._table)}")  # noqa: S608 - a name of ours
        [number] = cursor.fetchone()
        if number > self._max_entries:
            self._cull(DEFAULT_DB_ALIAS, cursor, now, number)
