"""Lists fetch the keys of a page and a little more, then the rows of the page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import User
from catalog.models import Part
from core.lists import paginating
from core.lists.paginating import AheadPaginator
from tests.webapp.cast import ClientOf
from tests.webapp.factories import PartFactory

pytestmark = pytest.mark.django_db
LIST = "admin:catalog_part_changelist"


@pytest.fixture(autouse=True)
def _ten_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginating, "ROWS_AHEAD", 10)


@pytest.fixture
def admin(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


def parts(count: int) -> list[str]:
    return [PartFactory.create(number=f"P-{row:03}").number for row in range(count)]


def pages(page: int = 1) -> AheadPaginator:
    paginator = AheadPaginator(Part.objects.order_by("number"), 5)
    paginator.page_asked_for = page
    return paginator


class TestPaginator:
    @pytest.mark.parametrize(
        ("rows", "page", "count", "capped"),
        [
            pytest.param(0, 1, 0, False, id="nothing"),
            pytest.param(3, 1, 3, False, id="less than a page"),
            pytest.param(15, 1, 15, False, id="as far as it looks"),
            pytest.param(16, 1, 15, True, id="one more than it sees"),
            pytest.param(16, 2, 16, False, id="seen from the second page"),
            pytest.param(16, 4, 16, False, id="the last page"),
            pytest.param(16, 5, 16, False, id="behind the last page"),
            pytest.param(16, 99, 16, False, id="far behind it"),
        ],
    )
    def test_says_how_many_there_are_or_that_there_are_more(
        self, rows: int, page: int, count: int, capped: bool
    ) -> None:
        parts(rows)

        assert (pages(page).count, pages(page).is_capped) == (count, capped)

    def test_does_not_turn_deeper_than_allowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paginating, "DEEPEST_PAGE", 2)
        parts(16)

        assert pages().num_pages == 2
        assert pages(3).num_pages == 2
        assert pages(2).is_capped

    def test_reads_no_more_than_that(self) -> None:
        parts(1)

        with CaptureQueriesContext(connection) as asked:
            assert pages(3).count == 1

        assert [query["sql"].rpartition("LIMIT ")[2] for query in asked] == [
            "16 OFFSET 10",
            "10) subquery",
        ]


class TestList:
    def test_shows_the_rows_of_the_page_in_order(self, admin: Client) -> None:
        numbers = parts(60)

        second = admin.get(f"{reverse(LIST)}?p=2&o=-1").context["cl"]

        assert [part.number for part in second.result_list] == numbers[::-1][25:50]

    def test_asks_for_keys_alone_where_it_sorts_and_searches(self, admin: Client) -> None:
        parts(60)

        with CaptureQueriesContext(connection) as asked:
            admin.get(reverse(LIST), {"q": "P-0"})

        of_parts = [query["sql"] for query in asked if 'FROM "catalog_part"' in query["sql"]]
        searching = [sql for sql in of_parts if "ORDER BY" in sql]
        assert len(searching) == 1
        assert searching[0].startswith('SELECT "catalog_part"."id" AS "pk" FROM')
        assert not any("COUNT(*) FROM (" in sql for sql in of_parts)

    def test_says_that_there_are_more(self, admin: Client) -> None:
        parts(60)

        assert "more than 35 rows" in admin.get(reverse(LIST)).content.decode()
        assert "60 rows" in admin.get(reverse(LIST), {"p": 2}).content.decode()

    def test_leads_back_from_behind_the_last_page(self, admin: Client) -> None:
        parts(60)

        assert admin.get(reverse(LIST), {"p": 4}).status_code == 302
        assert admin.get(reverse(LIST), {"p": 9999}).status_code == 302

    def test_shows_all_of_what_fits_one_page_whatever_page_is_asked_for(
        self, admin: Client
    ) -> None:
        numbers = parts(3)

        shown = admin.get(reverse(LIST), {"p": 4}).context["cl"].result_list

        assert [part.number for part in shown] == numbers

    def test_leaves_out_what_was_deleted_meanwhile(
        self, admin: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        numbers = parts(3)
        gone = Part.objects.get(number=numbers[1]).pk
        keys = AheadPaginator.keys

        def then_deleted(paginator: AheadPaginator, number: int) -> list[int]:
            found = keys(paginator, number)
            Part.objects.filter(pk=gone).delete()
            return found

        monkeypatch.setattr(AheadPaginator, "keys", then_deleted)

        shown = admin.get(reverse(LIST)).context["cl"].result_list

        assert [part.number for part in shown] == [numbers[0], numbers[2]]


class TestExport:
    def test_asks_for_no_page_of_the_list(self, admin: Client) -> None:
        parts(3)

        with CaptureQueriesContext(connection) as asked:
            response = admin.get(reverse("admin:catalog_part_export", args=["csv"]))
            content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

        assert "P-001" in content
        of_parts = [query["sql"] for query in asked if 'FROM "catalog_part"' in query["sql"]]
        # As many as are told to the audit log, and the rows.
        assert len(of_parts) == 2


class TestSearchField:
    def test_turns_pages(self, admin: Client) -> None:
        numbers = parts(45)
        field = {"app_label": "stock", "model_name": "stockmovement", "field_name": "part"}

        def page(number: int) -> tuple[list[str], bool]:
            asked: dict[str, str | int] = {**field, "term": "P-0", "page": number}
            told = admin.get(reverse("admin:autocomplete"), asked).json()
            found = [row["text"].split()[0] for row in told["results"]]
            return found, told["pagination"]["more"]

        assert page(1) == (numbers[:20], True)
        assert page(2) == (numbers[20:40], True)
        assert page(3) == (numbers[40:], False)

    def test_is_answered_by_one_statement(self, admin: Client) -> None:
        parts(45)
        asked = {
            "app_label": "stock",
            "model_name": "stockmovement",
            "field_name": "part",
            "term": "P-0",
        }

        with CaptureQueriesContext(connection) as queries:
            admin.get(reverse("admin:autocomplete"), asked)

        of_parts = [query["sql"] for query in queries if "FROM catalog_part" in
                    query["sql"].replace('"', "")]  # fmt: skip
        # The words looked up, and the rows: no more of them than they are called by.
        assert len(of_parts) == 2
        assert of_parts[1].endswith("LIMIT 21")
        assert "description_ja" not in of_parts[1]
