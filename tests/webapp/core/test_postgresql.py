"""Statements that PostgreSQL plans once a connection, and those that it must plan each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Part
from core.postgresql.base import PreparedCursor, prepared
from core.rows import fetched
from stock.models import Location
from tests.webapp.database import APP_ROLE
from tests.webapp.factories import LocationFactory, PartFactory, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_connection(transactional_db: None) -> Iterator[None]:
    connection.close()
    yield
    connection.close()


def prepared_statements() -> dict[str, int]:
    """How often each was answered by the plan that is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans FROM pg_prepared_statements")
        return {" ".join(statement.split()): plans for statement, plans in cursor.fetchall()}


class TestPrepared:
    def test_what_is_asked_inside_is_planned_once(self) -> None:
        part = PartFactory.create()
        for _time in range(8):
            with prepared():
                assert Part.objects.get(pk=part.pk) == part
        ((statement, plans),) = prepared_statements().items()
        assert "catalog_part" in statement
        assert plans == 3  # PostgreSQL tries five times what planning anew is worth

    def test_what_is_asked_outside_is_planned_each_time(self) -> None:
        part = PartFactory.create()
        with prepared():
            pass
        for _time in range(8):
            assert Part.objects.get(pk=part.pk) == part
        assert prepared_statements() == {}

    def test_ends_where_it_failed(self) -> None:
        with pytest.raises(ValidationError), prepared():
            raise ValidationError("")
        Part.objects.count()
        assert prepared_statements() == {}

    def test_what_is_prepared_within_stays_prepared(self) -> None:
        with prepared():
            with prepared():
                pass
            Part.objects.count()
        assert len(prepared_statements()) == 1

    def test_goes_on_after_a_transaction_that_was_rolled_back(self) -> None:
        for _time in range(2):
            with pytest.raises(DatabaseError), transaction.atomic():
                fetched("SELECT 1 / %s", [0])
            assert fetched("SELECT 1 / %s", [1]) == [(1,)]

    def test_statements_are_logged_with_their_values(self) -> None:
        with CaptureQueriesContext(connection) as captured:
            fetched("SELECT %s || %s", ["O'Neill", "%"])
        assert [query["sql"] for query in captured] == ["SELECT 'O''Neill' || '%'"]


def test_what_is_read_row_by_row_is_planned_to_be_read_to_the_last() -> None:
    """And whatever else the settings ask of a connection stays: here, whose rights it has."""
    assert fetched("SELECT current_setting('cursor_tuple_fraction'), current_user") == [
        ("1", APP_ROLE)
    ]


class TestPages:
    def test_a_search_is_planned_for_what_is_looked_for(self, admin_client: Client) -> None:
        """And the rows that it found are fetched by a plan that is kept."""
        part, shelf = PartFactory.create(number="MT-2207"), LocationFactory.create()
        stocked(part, shelf, 5)
        asked = reverse("admin:catalog_part_changelist")
        assert admin_client.get(asked, {"q": "MT-2207"}).status_code == 200
        kept = [sql for sql in prepared_statements() if 'FROM "catalog_part"' in sql]
        assert len(kept) == 1
        assert '"catalog_part"."id" = ANY(' in kept[0]
        assert not any("LIMIT" in sql for sql in kept)

    def test_a_filter_is_planned_for_its_value(self, admin_client: Client) -> None:
        shelf: Location = LocationFactory.create()
        stocked(PartFactory.create(), shelf, 5)
        asked = reverse("admin:stock_stocklevel_changelist")
        assert admin_client.get(asked, {"location": shelf.pk}).status_code == 200
        kept = [sql for sql in prepared_statements() if 'FROM "stock_stocklevel"' in sql]
        assert len(kept) == 1
        assert kept[0].endswith('WHERE "stock_stocklevel"."id" = ANY($1::bigint[])')

    def test_the_page_of_a_part_plans_nothing_anew(self, admin_client: Client) -> None:
        part = PartFactory.create()
        stocked(part, LocationFactory.create(), 5)
        page = reverse("admin:catalog_part_change", args=[part.pk])
        assert admin_client.get(page).status_code == 200
        planned_anew: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            if not isinstance(context["cursor"].cursor, PreparedCursor):
                planned_anew.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            assert admin_client.get(page).status_code == 200
        assert [sql for sql in planned_anew if "set_config" not in sql] == []
        assert len(prepared_statements()) > 5
