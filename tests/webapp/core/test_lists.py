"""A list comes back as it was left, until it is reset."""

from typing import Any

import pytest
from django.test import Client

from access.models import User
from catalog.models import Part
from core.lists.remembering import RESET
from tests.webapp.cast import ClientOf
from tests.webapp.factories import CategoryFactory, LocationFactory, PartFactory, stocked

pytestmark = pytest.mark.django_db

PARTS = "/admin/catalog/part/"
CATEGORIES = "/admin/catalog/category/"


@pytest.fixture
def client(client_of: ClientOf, administrator: User) -> Client:
    return client_of(administrator)


def shown(response: Any) -> set[str]:
    return {part.number for part in response.context["cl"].result_list}


class TestAPlainClick:
    def test_brings_the_filters_search_and_sorting_back(self, client: Client) -> None:
        category = CategoryFactory.create()
        PartFactory.create(number="MT-1", category=category)
        PartFactory.create(number="MT-2")
        client.get(PARTS, {"category": str(category.pk), "q": "MT", "o": "-1"})

        response = client.get(PARTS, follow=True)

        assert response.redirect_chain == [(f"{PARTS}?category={category.pk}&o=-1&q=MT", 302)]
        assert shown(response) == {"MT-1"}
        assert "stay on until you reset them" in response.content.decode()

    def test_shows_everything_where_nothing_was_chosen(self, client: Client) -> None:
        client.get(PARTS, {"q": ""})

        response = client.get(PARTS)

        assert response.status_code == 200
        assert "stay on until you reset them" not in response.content.decode()

    def test_does_not_turn_the_page(self, client: Client) -> None:
        PartFactory.create_batch(30)
        client.get(PARTS, {"q": "MT", "p": "2"})

        assert client.get(PARTS).headers["Location"] == f"{PARTS}?q=MT"

    def test_is_of_one_list_and_one_person(
        self, client: Client, client_of: ClientOf, buyer: User
    ) -> None:
        client.get(PARTS, {"q": "MT"})

        assert client.get(CATEGORIES).status_code == 200
        assert client_of(buyer).get(PARTS).status_code == 200

    def test_costs_no_query(self, client: Client, django_assert_num_queries: Any) -> None:
        client.get(PARTS, {"q": "MT"})
        client.get(PARTS, {"q": "MT"})

        with django_assert_num_queries(3) as asked:
            client.get(PARTS)

        statements = [query["sql"] for query in asked.captured_queries]
        assert not [sql for sql in statements if sql.startswith(("UPDATE", "INSERT"))]
        assert not [sql for sql in statements if "catalog_part" in sql]

    def test_writes_the_session_only_when_something_changed(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        client.get(PARTS, {"q": "MT"})

        with django_assert_max_num_queries(50) as asked:
            client.get(PARTS, {"q": "MT"})

        assert not [q for q in asked.captured_queries if q["sql"].startswith("UPDATE")]


class TestAnAddress:
    def test_with_filters_of_its_own_wins(self, client: Client) -> None:
        client.get(PARTS, {"q": "MT"})

        response = client.get(PARTS, {"status": "out"})

        assert response.status_code == 200
        assert client.get(PARTS).headers["Location"] == f"{PARTS}?status=out"

    def test_to_one_posting_is_looked_at_once(self, client: Client) -> None:
        posted = stocked(PartFactory.create(), LocationFactory.create(), 3)
        movements = "/admin/stock/stockmovement/"
        key = posted.movements.get().idempotency_key

        assert client.get(movements, {"idempotency_key": str(key)}).status_code == 200
        assert client.get(movements).status_code == 200

    def test_that_is_nonsense_is_forgotten(self, client: Client) -> None:
        client.get(PARTS, {"q": "MT"})

        assert client.get(PARTS, {"nonsense": "1"}).status_code == 302
        assert client.get(PARTS, {"e": "1"}).status_code == 200
        assert client.get(PARTS).status_code == 200

    def test_of_a_filter_for_what_was_deleted_is_no_loop(self, client: Client) -> None:
        category = CategoryFactory.create()
        client.get(PARTS, {"category": category.pk})
        category.delete()

        response = client.get(PARTS, follow=True)

        assert response.status_code == 200
        assert len(response.redirect_chain) == 1

    def test_of_a_popup_is_not_kept(self, client: Client) -> None:
        client.get(PARTS, {"_popup": "1", "q": "MT"})

        assert client.get(PARTS).status_code == 200


class TestReset:
    def test_shows_everything_from_then_on(self, client: Client) -> None:
        PartFactory.create(number="MT-1")
        client.get(PARTS, {"q": "nothing"})

        response = client.get(PARTS, {RESET: "1"}, follow=True)

        assert response.redirect_chain == [(PARTS, 302)]
        assert shown(response) == {"MT-1"}
        assert client.get(PARTS).status_code == 200

    def test_is_what_taking_the_last_filter_away_means(self, client: Client) -> None:
        changelist = client.get(PARTS, {"status": "out"}).context["cl"]

        assert changelist.clear_all_filters_qs == f"?{RESET}=1"
        assert changelist.get_query_string(remove=["status"]) == f"?{RESET}=1"


class TestWhatFollowsTheList:
    def test_exports_what_is_shown(self, client: Client) -> None:
        PartFactory.create(number="MT-1", name_en="Motor")
        PartFactory.create(number="FR-1", name_en="Frame")
        client.get(PARTS, {"q": "MT-1"})
        page = client.get(PARTS, follow=True).content.decode()

        assert f"{PARTS}export/csv/?q=MT-1" in page

    def test_saving_leads_back_to_the_same_rows(self, client: Client) -> None:
        part: Part = PartFactory.create(number="MT-1")
        client.get(PARTS, {"q": "MT"})
        page = client.get(PARTS, follow=True).content.decode()

        assert f"{PARTS}{part.pk}/change/?_changelist_filters=q%3DMT" in page

    def test_bulk_actions_are_not_led_astray(self, client: Client) -> None:
        part = PartFactory.create(number="MT-1")
        client.get(PARTS, {"q": "nothing"})

        response = client.post(PARTS, {"action": "delete_selected", "_selected_action": part.pk})

        assert response.status_code == 200
        assert "MT-1" in response.content.decode()
