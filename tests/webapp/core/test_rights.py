"""What the application's database user may do, and what it may not."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from core.rights import KEPT_BY_TRIGGERS, NARROWED
from tests.webapp.database import APP_ROLE, as_owner, denied

pytestmark = pytest.mark.django_db


def rights_of(role: str) -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = %s AND table_schema = 'public'",
            [role],
        )
        rights: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            rights.setdefault(table, set()).add(right)
    return rights


class TestApplicationUser:
    def test_has_its_rights_on_every_table(self) -> None:
        all_rights = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        expected = {
            table: set(NARROWED[table].split(", ")) if table in NARROWED else all_rights
            for table in connection.introspection.table_names()
        }
        for table in KEPT_BY_TRIGGERS:
            expected[table] = {"SELECT", "INSERT", "DELETE"}  # and UPDATE by column

        assert rights_of(APP_ROLE) == expected

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (id int)",
            "ALTER TABLE stock_stockmovement DISABLE TRIGGER USER",
            "DROP TRIGGER stock_apply_movements ON stock_stockmovement",
            "ALTER TABLE stock_stockmovement ADD COLUMN mine int",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
            "SET session_replication_role = replica",
            "DROP FUNCTION refuse_change()",
        ],
    )
    def test_cannot_change_the_schema_or_lift_a_guard(self, statement: str) -> None:
        refusal = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
        with refusal, connection.cursor() as cursor:
            cursor.execute(statement)

    def test_may_be_granted_its_rights_again(self) -> None:
        before = rights_of(APP_ROLE)

        with as_owner():
            call_command("grant_app_rights", role=APP_ROLE, stdout=StringIO())

        assert rights_of(APP_ROLE) == before

    def test_cannot_grant_itself_anything(self) -> None:
        with pytest.raises(CommandError, match=r"belong to another user: .*stock_stockmovement"):
            call_command("grant_app_rights", role=APP_ROLE)
        with denied(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM stock_stockmovement")


class TestCommand:
    def test_asks_for_a_name(self) -> None:
        with pytest.raises(CommandError, match="Set DB_APP_ROLE or give --role NAME"):
            call_command("grant_app_rights", role="")

    def test_says_how_to_make_a_user_that_is_missing(self) -> None:
        with pytest.raises(CommandError, match="CREATE ROLE nobody_here LOGIN"), as_owner():
            call_command("grant_app_rights", role="nobody_here")
