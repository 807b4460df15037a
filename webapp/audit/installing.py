"""The triggers of all watched tables, made anew after each migration that changed something.

A new table is watched because it is there, not because somebody remembered to write a migration.
"""

from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from audit.registry import Watched, watched_tables

# The name, when it fires, and the rows that it is shown.
_TRIGGERS = {
    "audit_created": ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
    "audit_changed": ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    "audit_deleted": ("DELETE", "REFERENCING OLD TABLE AS old_rows"),
    "audit_emptied": ("TRUNCATE", ""),
}


def install_triggers_after(using: str = "default", **kwargs: Any) -> None:
    """Receives ``post_migrate``; once all applications are through, and have their tables."""
    last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
    if kwargs["sender"] is last:
        install_triggers(using=using)


def install_triggers(*, using: str = "default") -> list[str]:
    """Bring the triggers to what the registry says; returns the tables that were changed."""
    changed = []
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('audit_auditentry') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []  # migrated back to before the log
        there = _installed(cursor)
        for watched in watched_tables():
            wanted = {name: _definition(watched, name) for name in _TRIGGERS}
            if there.get(watched.table, {}) != {n: _fingerprint(watched) for n in wanted}:
                _install(cursor, watched, wanted)
                changed.append(watched.table)
    return changed


def _installed(cursor: CursorWrapper) -> dict[str, dict[str, str]]:
    """What was said when each trigger was made, by table and name."""
    cursor.execute(
        "SELECT c.relname, t.tgname, obj_description(t.oid, 'pg_trigger') FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = ANY (%s)",
        [list(_TRIGGERS)],
    )
    there: dict[str, dict[str, str]] = {}
    for table, name, said in cursor.fetchall():
        there.setdefault(table, {})[name] = said
    return there


def _install(cursor: CursorWrapper, watched: Watched, wanted: dict[str, sql.Composed]) -> None:
    table = sql.Identifier(watched.table)
    for name, definition in wanted.items():
        trigger = sql.Identifier(name)
        cursor.execute(sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(trigger, table))
        cursor.execute(definition)
        cursor.execute(
            sql.SQL("COMMENT ON TRIGGER {} ON {} IS {}").format(
                trigger, table, sql.Literal(_fingerprint(watched))
            )
        )


def _definition(watched: Watched, name: str) -> sql.Composed:
    event, rows = _TRIGGERS[name]
    # Rows that another trigger keeps are told of by what that trigger was fired for.
    when = "WHEN (pg_trigger_depth() = 0) " if watched.derived and event != "TRUNCATE" else ""
    return sql.SQL(
        "CREATE TRIGGER {} AFTER {} ON {} {} FOR EACH STATEMENT {}"
        "EXECUTE FUNCTION audit_record_changes({})"
    ).format(
        sql.Identifier(name),
        sql.SQL(event),
        sql.Identifier(watched.table),
        sql.SQL(rows),
        sql.SQL(when),
        sql.SQL(", ").join(map(sql.Literal, watched.arguments)),
    )


def _fingerprint(watched: Watched) -> str:
    return "; ".join([*watched.arguments, str(watched.derived)])
