"""No table is forgotten."""

import pytest
from django.apps import apps
from django.db import connection

from audit.installing import install_triggers
from audit.registry import IGNORED, LEFT_OUT, SECRET, WHOLE, watched_tables
from tests.webapp.database import as_owner

pytestmark = pytest.mark.django_db


def triggers() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgenabled = 'O' "
            "AND t.tgfoid = 'audit_record_changes'::regproc "
            "WHERE c.relkind = 'r' AND n.nspname = 'public'"
        )
        found: dict[str, set[str]] = {}
        for table, trigger in cursor.fetchall():
            found.setdefault(table, set()).update([trigger] if trigger else [])
        return found


def test_every_table_is_watched_or_left_out_with_a_reason() -> None:
    unwatched = {table for table, names in triggers().items() if not names}

    assert unwatched - set(LEFT_OUT) == set()


def test_every_way_to_change_a_watched_table_is_watched() -> None:
    found = triggers()

    for watched in watched_tables():
        assert found[watched.table] == {
            "audit_created",
            "audit_changed",
            "audit_deleted",
            "audit_emptied",
        }, watched.table


def test_the_registry_names_tables_and_columns_that_exist() -> None:
    columns = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in apps.get_models(include_auto_created=True)
    }

    for table, names in [*IGNORED.items(), *SECRET.items()]:
        assert set(names) <= columns[table], table
    labels = {m._meta.label_lower for m in apps.get_models(include_auto_created=True)}
    assert set(WHOLE) <= labels


def test_installing_twice_changes_nothing() -> None:
    with as_owner():
        assert install_triggers() == []


def test_a_lost_trigger_comes_back() -> None:
    with as_owner() as cursor:
        cursor.execute("DROP TRIGGER audit_deleted ON catalog_part")

        assert install_triggers() == ["catalog_part"]

    assert "audit_deleted" in triggers()["catalog_part"]


def test_a_trigger_that_says_something_else_is_made_anew() -> None:
    with as_owner() as cursor:
        cursor.execute("COMMENT ON TRIGGER audit_deleted ON catalog_part IS 'of an older release'")

        assert install_triggers() == ["catalog_part"]
