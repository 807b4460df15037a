"""The table of a list, made by Python: links, sorting, boxes, and nothing unescaped."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from access.models import User
from tests.webapp.factories import PartFactory

pytestmark = pytest.mark.django_db

PARTS = reverse("admin:catalog_part_changelist")
SPITEFUL = "<script>alert('x')</script> & \"more\""


def table(client: Client, query: str = "", address: str = PARTS) -> Tag:
    page = BeautifulSoup(client.get(address + query).content, "html.parser")
    found = page.select_one("#result_list")
    assert found is not None
    return found


@pytest.fixture
def keeper(client: Client, storekeeper: User) -> Client:
    User.objects.filter(pk=storekeeper.pk).update(language="en")
    client.force_login(storekeeper)
    return client


def test_shows_what_people_typed_as_text(keeper: Client) -> None:
    part = PartFactory.create(name_en=SPITEFUL, category__name_en="<b>Motors")

    [row] = table(keeper).select("tbody tr")

    assert not row.select("script")
    assert row.select_one(".field-name_column").text == SPITEFUL  # type: ignore[union-attr]
    assert row.select_one(".field-category_column").text == part.category.name  # type: ignore[union-attr]


def test_leads_to_each_row_and_back_to_the_same_filters(keeper: Client) -> None:
    parts = PartFactory.create_batch(3)

    links = table(keeper, "?status=out&o=1").select("tbody th a")

    assert [link["href"] for link in links] == [
        reverse("admin:catalog_part_change", args=[part.pk])
        + "?_changelist_filters=status%3Dout%26o%3D1"
        for part in sorted(parts, key=lambda part: part.number)
    ]
    assert all(keeper.get(str(link["href"])).status_code == 200 for link in links)


def test_hands_the_choice_to_the_window_that_asked(keeper: Client) -> None:
    part = PartFactory.create()

    [link] = table(keeper, "?_popup=1").select("tbody th a")

    assert link["data-popup-opener"] == str(part.pk)


def test_offers_each_row_and_all_of_them_for_actions(keeper: Client) -> None:
    part = PartFactory.create()

    shown = table(keeper)

    box = shown.select_one("tbody input.action-select")
    assert box is not None
    assert (box["name"], box["value"]) == ("_selected_action", str(part.pk))
    assert box["aria-label"]
    assert shown.select_one("thead input#action-toggle")


def test_says_how_it_is_sorted_and_how_to_change_that(keeper: Client) -> None:
    PartFactory.create()

    plain = table(keeper, "?o=-1").select_one("th.column-number")
    several = table(keeper, "?o=-1.2")

    assert plain is not None
    assert "descending" in plain["class"]
    assert plain.select_one("a.toggle")["href"] == "?o=1"  # type: ignore[index]
    assert plain.select_one("a.sortremove")["href"] == "?o="  # type: ignore[index]
    assert not plain.select_one(".sortpriority")
    assert [each.text for each in several.select(".sortpriority")] == ["1", "2"]


def test_shows_states_and_ticks_in_the_language_of_the_user(
    client: Client, storekeeper: User
) -> None:
    PartFactory.create()
    shown = {}
    for language in ("ja", "en", "ja"):
        User.objects.filter(pk=storekeeper.pk).update(language=language)
        client.force_login(User.objects.get(pk=storekeeper.pk))
        [row] = table(client).select("tbody tr")
        shown[language] = row.select_one(".field-status_column").text.strip()  # type: ignore[union-attr]

    assert shown == {"ja": "在庫切れ", "en": "Out"}


def test_a_list_without_rows_says_so(keeper: Client) -> None:
    page = keeper.get(f"{PARTS}?q=zzzz").content.decode()

    assert 'id="result_list"' not in page
    assert "No results found" in page
