"""The stock of a part, on the part's page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import Part
from stock import part_panel
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    issue,
    line,
    receive,
)

pytestmark = pytest.mark.django_db


def panel_for(user: User, part: Part) -> dict[str, Any]:
    request = RequestFactory().get("/")
    request.user = user
    part.refresh_from_db()
    panel: dict[str, Any] = part_panel.context(part, request=request)["panel"]
    return panel


def page_for(user: User, part: Part) -> BeautifulSoup:
    html = render_to_string("stock/part_panel.html", {"panel": panel_for(user, part)})
    return BeautifulSoup(html, "html.parser")


def text(page: BeautifulSoup) -> str:
    return page.get_text(" ", strip=True)


class TestRights:
    def test_gives_a_storekeeper_the_buttons_with_the_part_filled_in(
        self, storekeeper: User, motor: Part
    ) -> None:
        links = [link["href"] for link in page_for(storekeeper, motor).select(".figures-actions a")]

        assert [str(link).split("/admin/")[1] for link in links] == [
            f"stock/stockmovement/receive/?part={motor.pk}",
            f"stock/stockmovement/issue/?part={motor.pk}",
            f"stock/stockmovement/transfer/?part={motor.pk}",
            f"stock/stockmovement/?part__id__exact={motor.pk}",
            f"stock/stocklevel/?part__id__exact={motor.pk}",
        ]

    def test_offers_no_receipt_of_an_inactive_part(self, storekeeper: User, motor: Part) -> None:
        Part.objects.filter(pk=motor.pk).update(active=False)

        labels = [str(button["label"]) for button in panel_for(storekeeper, motor)["buttons"]]

        assert labels == ["Issue", "Transfer"]

    def test_shows_a_general_user_everything_and_no_button(
        self, general: User, motor: Part
    ) -> None:
        panel = panel_for(general, motor)

        assert panel["buttons"] == []
        assert {"levels", "movements", "history"} <= set(panel)

    def test_shows_totals_only_to_who_may_see_parts_only(
        self, outsider: User, motor: Part, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_part"))
        SupplierPartFactory.create(part=motor, unit_price=5, currency="JPY", preferred=True)

        panel = panel_for(outsider, motor)

        assert not {"levels", "movements", "history"} & set(panel)
        assert panel["cost"] is None
        assert "10 pcs" in text(page_for(outsider, motor))


class TestTotals:
    def test_shows_cost_and_value_in_their_currency(
        self, storekeeper: User, motor: Part, shelf: Location
    ) -> None:
        receive(line(motor, shelf, 2, unit_cost=Decimal("1.234567"), currency="USD"))

        panel = panel_for(storekeeper, motor)

        assert panel["cost"] == "$1.234567"
        assert panel["value"] == "$14.81"

    def test_says_when_a_cost_is_only_a_price(self, storekeeper: User, motor: Part) -> None:
        SupplierPartFactory.create(
            part=motor, unit_price=1, currency="USD", preferred=True, pack_quantity=3
        )

        panel = panel_for(storekeeper, motor)

        assert panel["cost"] == "$0.333333"
        assert panel["value"] == "$3.33"
        assert "nothing was bought yet" in text(page_for(storekeeper, motor))

    def test_shows_what_is_set_for_re_ordering(self, storekeeper: User, motor: Part) -> None:
        Part.objects.filter(pk=motor.pk).update(reorder_point=12, target_quantity=40)

        shown = text(page_for(storekeeper, motor))

        assert "Low" in shown
        assert "12 pcs" in shown
        assert "Target 40 pcs" in shown


class TestLevels:
    def test_lists_places_and_lots_that_hold_some(
        self, storekeeper: User, shelf: Location, bench: Location
    ) -> None:
        part = PartFactory.create(tracking="lot")
        receive(line(part, shelf, 5, lot="L2"), line(part, shelf, 4, lot="L1"))
        receive(line(part, bench, 3, lot="L1"))
        issue(line(part, shelf, 5, lot="L2"))

        levels = panel_for(storekeeper, part)["levels"]

        assert [(level.location, level.lot, level.quantity) for level in levels] == [
            ("Bench", "L1", 3),
            ("Shelf", "L1", 4),
        ]

    def test_stops_at_fifty_and_links_to_all(self, storekeeper: User) -> None:
        part = PartFactory.create()
        receive(*(line(part, place, 1) for place in LocationFactory.create_batch(51)))

        panel = panel_for(storekeeper, part)

        assert len(panel["levels"]) == 50
        assert panel["more_levels"]
        assert "Only the first 50 are shown." in text(page_for(storekeeper, part))


class TestMovements:
    def test_lists_the_latest_twenty_with_who_and_why(
        self, storekeeper: User, shelf: Location
    ) -> None:
        part = PartFactory.create()
        for number in range(1, 23):
            receive(line(part, shelf, number), by=storekeeper, reason=f"PO-{number}")

        rows = page_for(storekeeper, part).select(".figures-columns > :last-child tbody tr")

        assert len(rows) == 20
        latest = rows[0].get_text(" ", strip=True)
        assert all(word in latest for word in ("+22", "Receipt", "Shelf", "倉庫 担当", "PO-22"))

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_names_all_as_they_are_named_elsewhere(
        self, storekeeper: User, shelf: Location, language: str
    ) -> None:
        part = PartFactory.create(tracking="serial")
        receive(line(part, shelf, 1, lot="L1", serial="S1"), by=storekeeper)
        receive(line(part, shelf, 1, serial="S2"), by=None)

        with translation.override(language):
            panel = panel_for(storekeeper, part)

            assert [movement.pk for movement in panel["movements"]] == [
                movement.pk for movement in part.movements.order_by("-pk")
            ]
            for shown, kept in zip(panel["movements"], part.movements.order_by("-pk"), strict=True):
                assert shown.kind == kept.get_kind_display()
                assert shown.location == str(kept.location)
                assert shown.lot == str(kept.lot)
                assert shown.who == (str(kept.actor) if kept.actor else "")
                assert shown.quantity == kept.quantity
            for level, lot in zip(panel["levels"], ["#S2", "L1 #S1"], strict=True):
                assert (level.location, level.lot) == (str(shelf), lot)

    def test_says_when_a_movement_was_recorded_on_another_day(
        self, storekeeper: User, motor: Part, shelf: Location
    ) -> None:
        issue(line(motor, shelf, 1), at=timezone.now() - timedelta(days=2))

        late, prompt = panel_for(storekeeper, motor)["movements"]

        assert late.is_back_dated
        assert not prompt.is_back_dated
        assert text(page_for(storekeeper, motor)).count("recorded") == 1


class TestChart:
    def test_draws_the_stock_and_the_reorder_point(self, storekeeper: User, motor: Part) -> None:
        Part.objects.filter(pk=motor.pk).update(reorder_point=Decimal("2.5"))

        chart = panel_for(storekeeper, motor)["history_chart"]

        stock, reorder = chart["series"]
        assert chart["days"][-1] == timezone.localdate().isoformat()
        assert len(chart["days"]) == len(stock["values"]) == len(reorder["values"]) == 91
        assert stock["values"][-2:] == [0, 10]
        assert set(reorder["values"]) == {2.5}
        assert reorder["dashed"]

    def test_draws_no_reorder_point_where_there_is_none(
        self, storekeeper: User, motor: Part
    ) -> None:
        assert len(panel_for(storekeeper, motor)["history_chart"]["series"]) == 1

    def test_says_the_same_in_words_and_as_a_table(self, storekeeper: User, motor: Part) -> None:
        page = page_for(storekeeper, motor)

        canvas = page.select_one("canvas")
        assert canvas
        assert canvas["role"] == "img"
        assert "from 0 to 10 pcs" in str(canvas["aria-label"])
        assert len(page.select("details tbody tr")) == 1


class TestPage:
    def test_says_what_to_do_where_nothing_was_recorded(self, storekeeper: User) -> None:
        shown = text(page_for(storekeeper, PartFactory.create()))

        assert "This part never moved" in shown
        assert "None anywhere" in shown
        assert "Nothing was recorded yet" in shown

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_is_made_in_both_languages(self, storekeeper: User, motor: Part, language: str) -> None:
        with translation.override(language):
            shown = text(page_for(storekeeper, motor))

        assert ("棚" in shown) == (language == "ja")
        assert ("Shelf" in shown) == (language == "en")

    def test_costs_few_queries_whatever_there_is(
        self,
        storekeeper: User,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        """Of rights, the price, levels, movements, history; why it is re-ordered or not (3),
        which orders there are."""
        part = PartFactory.create()
        SupplierPartFactory.create(part=part, unit_price=5, currency="JPY", preferred=True)
        for place in LocationFactory.create_batch(25):
            receive(line(part, place, 1), by=storekeeper)
        part.refresh_from_db()
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=storekeeper.pk)

        with django_assert_max_num_queries(10):
            context = part_panel.context(part, request=request)
            render_to_string("stock/part_panel.html", context)
