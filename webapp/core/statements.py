"""What a request asks of the database: counted, and whether something may have been written."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

type Execute = Callable[[str, Any, bool, dict[str, Any]], Any]

# A statement that begins so leaves the data as they were.
_READING = ("SELECT", "SHOW", "SET ", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN", "DECLARE")


@dataclass
class Statements:
    """Of one request."""

    count: int = 0
    wrote: bool = False
    committed: bool = False
    # Whether the last statement failed inside of a transaction, which it ended.
    failed_within: bool = False

    @property
    def surely_nothing_saved(self) -> bool:
        """Nothing was written, or all of it in the transaction that the failure ended.

        A connection that breaks while a transaction is committed leaves it open whether it was.
        """
        return not self.wrote or (self.failed_within and not self.committed)

    def note_write(self, connection: BaseDatabaseWrapper) -> None:
        self.wrote = True
        if not connection.in_atomic_block:
            self.committed = True
        elif all(hook[1] != self.note_commit for hook in connection.run_on_commit):
            connection.on_commit(self.note_commit)

    def note_commit(self) -> None:
        self.committed = True


_current: ContextVar[Statements | None] = ContextVar("statements", default=None)


def begin() -> Statements:
    """Count from now on, for this request."""
    statements = Statements()
    _current.set(statements)
    return statements


def current() -> Statements:
    return _current.get() or Statements()


def end() -> None:
    """What follows belongs to no request."""
    _current.set(None)


def watch(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receives ``connection_created``: once a connection, because it is kept over requests."""
    if _note not in connection.execute_wrappers:
        connection.execute_wrappers.append(_note)


def _note(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    statements = _current.get()
    if statements is None:
        return execute(sql, params, many, context)
    connection = context["connection"]
    statements.count += 1
    if not str(sql).lstrip(" \n(").upper().startswith(_READING):
        statements.note_write(connection)
    statements.failed_within = False
    try:
        return execute(sql, params, many, context)
    except OperationalError:
        statements.failed_within = connection.in_atomic_block
        raise
