"""Orders and proposals on the first page."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing.models import ReorderProposal
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    approve,
    arrived,
    draft,
    issue,
    line,
    ordered,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db

type PageOf = Callable[[User], BeautifulSoup]


@pytest.fixture
def offer() -> SupplierPart:
    part = PartFactory.create(number="MT-2207")
    return SupplierPartFactory.create(part=part, supplier__name="Tokyo Rotor")


@pytest.fixture
def short(shelf: Location) -> Part:
    """5 of 40 that should be there; packs of 7 are proposed."""
    part = PartFactory.create(number="SC-0310", reorder_point=10, target_quantity=40)
    SupplierPartFactory.create(part=part, pack_quantity=7)
    stocked(part, shelf, 12)
    issue(line(part, shelf, 7))
    part.refresh_from_db()
    return part


@pytest.fixture
def page_of(client_of: ClientOf) -> PageOf:
    def page(user: User) -> BeautifulSoup:
        answer = client_of(user).get(reverse("admin:index"))
        return BeautifulSoup(answer.content, "html.parser")

    return page


def tile(page: BeautifulSoup, label: str) -> Tag:
    [found] = [tag for tag in page.select("a.figures-tile") if label in tag.get_text()]
    return found


def number(found: Tag) -> str:
    shown = found.select_one(".figures-tile-number")
    assert shown
    return shown.get_text()


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class TestTiles:
    @pytest.mark.parametrize(
        ("label", "count"),
        [("Late orders", 1), ("Waiting for approval", 2), ("Open proposals", 1)],
    )
    def test_count_what_their_lists_show(
        self,
        label: str,
        count: int,
        buyer: User,
        administrator: User,
        client_of: ClientOf,
        page_of: PageOf,
        offer: SupplierPart,
        short: Part,
    ) -> None:
        """One is late, one asked for approval, and one collects the proposal."""
        ordered(wanted(offer, 2), by=buyer, expected_on=day(-1))
        ordered(wanted(offer, 2), by=buyer, expected_on=day(0))
        waiting = draft(wanted(offer, 2), by=buyer)
        client = client_of(buyer)
        client.post(
            reverse("admin:purchasing_order_request_approval", args=[waiting.pk]),
            {"version": waiting.version},
        )

        found = tile(page_of(buyer), label)

        listed = BeautifulSoup(client.get(str(found["href"])).content, "html.parser")
        assert number(found) == str(count)
        assert len(listed.select("#result_list tbody tr")) == count

    def test_forget_a_late_order_when_it_came(
        self, buyer: User, page_of: PageOf, offer: SupplierPart, shelf: Location
    ) -> None:
        order = ordered(wanted(offer, 2), by=buyer, expected_on=day(-1))
        arrived(order.lines.get(), 2, shelf)

        assert number(tile(page_of(buyer), "Late orders")) == "0"

    @pytest.mark.parametrize(
        ("codename", "expected"),
        [
            ("view_purchaseorder", {"Late orders", "Waiting for approval"}),
            ("view_reorderproposal", {"Open proposals"}),
            ("view_part", set()),
        ],
    )
    def test_are_for_those_who_may_open_their_lists(
        self, codename: str, expected: set[str], outsider: User, page_of: PageOf, short: Part
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename=codename))

        tiles = page_of(outsider).select("a.figures-tile")

        labels = {"Late orders", "Waiting for approval", "Open proposals"}
        shown = " ".join(found.get_text(" ") for found in tiles)
        assert {label for label in labels if label in shown} == expected


class TestNextDeliveries:
    def test_are_placed_orders_by_their_day_the_late_ones_marked(
        self, buyer: User, page_of: PageOf, offer: SupplierPart
    ) -> None:
        soon = ordered(wanted(offer, 1), by=buyer, expected_on=day(3))
        late = ordered(wanted(offer, 1), by=buyer, expected_on=day(-3))
        ordered(wanted(offer, 1), by=buyer)
        approve(draft(wanted(offer, 1), by=buyer, expected_on=day(1)), by=buyer)

        page = page_of(buyer)

        [card] = [
            card for card in page.select(".figures-card") if "Next deliveries" in card.get_text()
        ]
        rows = [row.get_text(" ", strip=True) for row in card.select("tbody tr")]
        assert [late.number in rows[0], soon.number in rows[1], len(rows)] == [True, True, 2]
        assert "late" in rows[0]
        assert "late" not in rows[1]
        assert "Tokyo Rotor" in rows[0]


class TestNeededParts:
    def row(self, page: BeautifulSoup, part: Part) -> str:
        for row in page.select(".figures-card tbody tr"):
            if part.number in row.get_text() and "pcs" in row.get_text():
                return row.get_text(" ", strip=True)
        raise AssertionError(part)

    def test_say_what_is_proposed_and_link_to_it(
        self, buyer: User, page_of: PageOf, short: Part
    ) -> None:
        """35 are missing: five packs of 7."""
        page = page_of(buyer)

        proposal = ReorderProposal.objects.get()
        address = reverse("admin:purchasing_reorderproposal_change", args=[proposal.pk])
        assert "35 proposed" in self.row(page, short)
        assert page.select_one(f'a[href="{address}"]')

    def test_say_what_is_on_order(
        self, buyer: User, page_of: PageOf, shelf: Location, offer: SupplierPart
    ) -> None:
        part = offer.part
        Part.objects.filter(pk=part.pk).update(reorder_point=10)
        stocked(part, shelf, 3)
        ordered(wanted(offer, 20), by=buyer)

        row = self.row(page_of(buyer), part)

        assert "20 pcs" in row
        assert "proposed" not in row

    def test_keep_proposals_from_those_who_may_not_see_them(
        self, outsider: User, page_of: PageOf, short: Part
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_part"))

        assert "proposed" not in self.row(page_of(outsider), short)
