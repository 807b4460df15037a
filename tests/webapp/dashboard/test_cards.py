"""Cards are kept, and nobody sees what was made for somebody else, or what is no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from access.models import User
from catalog.models import Part, Supplier
from core.fragments import card
from dashboard import rows
from dashboard.figures import Verified
from dashboard.latest import movement_line
from purchasing.models import ReorderProposal
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    issue,
    line,
    ordered,
    receive,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db

type PageOf = Callable[..., BeautifulSoup]


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


@pytest.fixture
def short(shelf: Location) -> Part:
    """Low, and proposed to be ordered."""
    part = PartFactory.create(
        number="SC-0310", name_en="Screw", name_ja="ねじ", reorder_point=10, target_quantity=40
    )
    SupplierPartFactory.create(part=part, pack_quantity=7)
    stocked(part, shelf, 12)
    issue(line(part, shelf, 7))
    return part


@pytest.fixture
def page_of(client_of: ClientOf) -> PageOf:
    def page(user: User, *, language: str = "en") -> BeautifulSoup:
        client: Client = client_of(user, language=language)
        return BeautifulSoup(client.get(reverse("admin:index")).content, "html.parser")

    return page


def titled(page: BeautifulSoup, title: str) -> str:
    [found] = [
        shown for shown in page.select(".figures-card") if title in shown.get_text(" ", strip=True)
    ]
    return " ".join(found.get_text(" ", strip=True).split())


class TestSomebodyElses:
    def test_proposals_stay_with_those_who_may_see_them(
        self, buyer: User, outsider: User, page_of: PageOf, short: Part
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_part"))
        assert ReorderProposal.objects.filter(part=short).exists()

        for _again in range(2):
            assert "proposed" in titled(page_of(buyer), "Low or out")
            assert "proposed" not in titled(page_of(outsider), "Low or out")

    def test_links_to_parts_stay_with_those_who_may_open_them(
        self, storekeeper: User, outsider: User, page_of: PageOf, short: Part
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_stockmovement"))
        part = reverse("admin:catalog_part_change", args=[short.pk])

        for _again in range(2):
            assert part in str(page_of(storekeeper))
            page = page_of(outsider)
            assert "SC-0310" in titled(page, "Latest movements")
            assert part not in str(page)

    def test_each_reads_their_own_language(
        self, storekeeper: User, page_of: PageOf, short: Part
    ) -> None:
        for _again in range(2):
            assert "Screw" in titled(page_of(storekeeper), "Low or out")
            assert "ねじ" in str(page_of(storekeeper, language="ja").select(".figures"))

    def test_a_card_follows_the_language(self) -> None:
        last = Verified(pk=1, finished_at=timezone.now(), movements=3, difference_count=0)
        state = {"last": last, "is_old": False, "hours_allowed": 48}
        shown = []
        for language in ("en", "ja", "en"):
            with translation.override(language):
                shown.append(str(card("dashboard/ledger.html", state)))

        assert shown[0] == shown[2]
        assert ["Levels equal" in html for html in shown] == [True, False, True]

    def test_a_card_follows_the_time_zone(self) -> None:
        last = Verified(pk=1, finished_at=timezone.now(), movements=3, difference_count=0)
        state = {"last": last, "is_old": False, "hours_allowed": 48}
        shown = []
        for zone in ("Asia/Tokyo", "UTC", "Asia/Tokyo"):
            with translation.override("en"), timezone.override(zone):
                shown.append(str(card("dashboard/ledger.html", state)))

        assert shown[0] == shown[2] != shown[1]


class TestWhatIsNoMore:
    def test_what_somebody_records_is_there_at_once(
        self, storekeeper: User, page_of: PageOf, short: Part, shelf: Location
    ) -> None:
        assert "SC-0310" in titled(page_of(storekeeper), "Low or out")

        receive(line(short, shelf, 100), by=storekeeper, reason="Brought along")
        page = page_of(storekeeper)

        assert "SC-0310" not in titled(page, "Low or out")
        assert "Brought along" in titled(page, "Latest movements")

    def test_a_new_name_is_there_at_once(
        self, buyer: User, page_of: PageOf, short: Part, shelf: Location
    ) -> None:
        offer = SupplierPartFactory.create(supplier__name="Tokyo Rotor")
        ordered(wanted(offer, 1), by=buyer, expected_on=timezone.localdate() + timedelta(days=3))
        before = page_of(buyer)
        assert "Tokyo Rotor" in titled(before, "Next deliveries")

        Supplier.objects.filter(name="Tokyo Rotor").update(name="Osaka Rotor")
        Part.objects.filter(pk=short.pk).update(name_en="Bolt")
        page = page_of(buyer)

        assert "Osaka Rotor" in titled(page, "Next deliveries")
        assert "Bolt" in titled(page, "Low or out")
        assert "Bolt" in titled(page, "Latest movements")


class TestALineOfAMovement:
    def test_escapes_what_people_wrote(self, shelf: Location, storekeeper: User) -> None:
        part = PartFactory.create(number="<N>", name_en="<i>name</i>", name_ja="")
        receive(line(part, shelf, 1), by=storekeeper, reason="<b>why</b>")

        with translation.override("en"):
            [movement] = rows.latest_movements()
            shown = movement_line(movement, opens_parts=True)

        assert "<N>" not in shown
        assert "<i>" not in shown
        assert "<b>" not in shown
        assert "&lt;b&gt;why&lt;/b&gt;" in shown

    def test_says_who_it_was_where_nobody_did_it(self, shelf: Location) -> None:
        receive(line(PartFactory.create(), shelf, 1), by=None)

        with translation.override("en"):
            [movement] = rows.latest_movements()

            assert "By the system" in movement_line(movement, opens_parts=False)

    def test_shortens_long_reasons(self, shelf: Location) -> None:
        receive(line(PartFactory.create(), shelf, 1), reason="x" * 100)

        [movement] = rows.latest_movements()

        assert "x" * 59 + "…" in movement_line(movement, opens_parts=False)
        assert "x" * 60 not in movement_line(movement, opens_parts=False)
