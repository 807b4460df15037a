"""Bringing a database to what this code needs, once, whoever else starts at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.loader import MigrationLoader

_LOCK = "prepare_database"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two new tasks of a deployment prepare one after the other; the second finds it done.

    Neither waiting for the other nor a long migration is cut short by the time limit that the
    server sets for statements.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])
            cursor.execute("RESET statement_timeout")


def unknown_migrations() -> list[str]:
    """Migrations that were applied and that this code does not have: it is older."""
    loader = MigrationLoader(connection)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    known = set(loader.disk_migrations) | replaced
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )
