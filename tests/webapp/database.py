"""The test database: made by its owner, then used as the application uses it.

All code under test runs as the application's database user, so that a missing right shows in
a test. The owner's hands are needed only to break promises on purpose, and to empty the tables
between tests that commit.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import sleep

import pytest
from django.apps import apps
from django.conf import settings
from django.db import Error, ProgrammingError, connection, connections, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.utils import CursorWrapper
from django.db.models.signals import post_migrate
from psycopg import Error as PsycopgError
from psycopg import sql

from access.services import sync_roles
from core.rights import grant_app_rights

APP_ROLE = settings.DB_APP_ROLE or "inventory_app"
ROLE_ATTEMPTS = 20


def become_application() -> None:
    """From now on every connection, of any thread, acts as the application's user."""
    name = connection.settings_dict["NAME"]
    if not name.startswith("test_"):
        raise RuntimeError(f"{name} is no test database: the test does not ask for `db` openly.")
    _ensure_role()
    grant_app_rights(APP_ROLE)
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={APP_ROLE}"
    connection.close()


def become_owner() -> None:
    """The opposite: only the owner can drop the test database."""
    connections.close_all()
    connection.settings_dict["OPTIONS"].pop("options", None)
    with connection.cursor() as cursor:
        # A thread of the live server that a browser kept open may hold a connection still.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


@contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """A cursor of the owner; the connection is the application's again afterwards.

    ``RESET ROLE`` goes back to the role of the connection's options; what an error rolls
    back includes the ``SET``.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        check_now(cursor)
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor
        cursor.execute("RESET ROLE")


def check_now(cursor: CursorWrapper) -> None:
    """Check the foreign keys of all rows so far.

    PostgreSQL neither alters nor empties a table that such checks still wait for.
    """
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def triggers_off(*tables: str) -> Iterator[CursorWrapper]:
    """A cursor of the owner who has switched the guards of `tables` off: to tamper."""
    with as_owner() as cursor:
        for table in tables:
            cursor.execute(_alter(table, "DISABLE"))
        yield cursor
        check_now(cursor)
        for table in tables:
            cursor.execute(_alter(table, "ENABLE"))


def flush_as_owner(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    """Stands in for ``execute_sql_flush``: ledger and audit log refuse to be emptied, so the owner
    lifts all guards for the moment of the TRUNCATE."""
    with as_owner() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in sql_list:
            cursor.execute(statement)
        cursor.execute("TRUNCATE shared_cache")  # has no model, so Django does not know of it


@contextmanager
def flush_by_owner() -> Iterator[None]:
    """Let tests with ``transaction=True`` empty the tables, and get the roles back afterwards."""
    original = DatabaseOperations.execute_sql_flush
    DatabaseOperations.execute_sql_flush = flush_as_owner  # type: ignore[method-assign]
    last = [app for app in apps.get_app_configs() if app.models_module][-1]
    post_migrate.connect(_write_roles, sender=last)
    yield
    post_migrate.disconnect(_write_roles, sender=last)
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


def _write_roles(**kwargs: object) -> None:
    """After the last application's permissions were made, by a migration or after a flush."""
    sync_roles()


def _alter(table: str, what: str) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table), sql.SQL(what))


def _ensure_role() -> None:
    """Roles belong to the server: several workers may make the same one at the same moment."""
    name = sql.Identifier(APP_ROLE)
    for attempt in range(1, ROLE_ATTEMPTS + 1):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
                if not cursor.fetchone():
                    cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
                cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", [APP_ROLE])
                if cursor.fetchone() == (False,):
                    cursor.execute(sql.SQL("GRANT {} TO current_user WITH SET TRUE").format(name))
        except Error:
            if attempt == ROLE_ATTEMPTS:
                raise
            sleep(0.05 * attempt)
        else:
            return


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """The database refuses what happens inside, by the constraint or trigger of this name."""
    with pytest.raises(Error) as caught, transaction.atomic():
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, PsycopgError)
    assert cause.diag.constraint_name == constraint, cause


@contextmanager
def denied() -> Iterator[None]:
    """The database refuses what happens inside: its user lacks the right."""
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        yield
