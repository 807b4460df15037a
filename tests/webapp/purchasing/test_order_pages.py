"""The list of orders, and the page of one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing import life
from purchasing.models import ApprovalLimit, PurchaseOrder
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    approve,
    arrived,
    draft,
    issue,
    line,
    now,
    ordered,
    place,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:purchasing_purchaseorder_changelist")


@pytest.fixture
def offer() -> SupplierPart:
    part = PartFactory.create(number="MT-2207", name_en="Motor", name_ja="モーター")
    return SupplierPartFactory.create(
        part=part, sku="TR-9", unit_price=Decimal(1200), currency="JPY"
    )


def listed(client: Client, query: str = "") -> list[str]:
    page = BeautifulSoup(client.get(f"{LIST}{query}").content, "html.parser")
    return [cell.text.strip() for cell in page.select("#result_list .field-number")]


def page_of(client: Client, order: PurchaseOrder) -> BeautifulSoup:
    response = client.get(reverse("admin:purchasing_purchaseorder_change", args=[order.pk]))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


class TestList:
    def test_shows_amount_state_and_who_made_it(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        draft(wanted(offer, 3), by=buyer)

        page = BeautifulSoup(client_of(buyer).get(LIST).content, "html.parser")

        row = page.select_one("#result_list tbody tr")
        assert row
        assert "¥3,600" in row.text
        assert "Draft" in row.text
        assert buyer.display_name in row.text

    def test_finds_by_state_supplier_part_late_waiting_origin_and_author(
        self, client_of: ClientOf, buyer: User, administrator: User, offer: SupplierPart
    ) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        late = ordered(wanted(offer, 1), by=buyer, expected_on=yesterday)
        waiting = draft(wanted(PartFactory.create(), 1), by=administrator)
        life.request_approval(waiting.pk, version=1, by=administrator, at=timezone.now())
        client = client_of(buyer)

        assert listed(client) == [waiting.number, late.number]
        assert listed(client, "?state=ordered") == [late.number]
        assert listed(client, f"?supplier={offer.supplier_id}") == [late.number]
        assert listed(client, f"?part={offer.part_id}") == [late.number]
        assert listed(client, "?late=yes") == [late.number]
        assert listed(client, "?waiting=yes") == [waiting.number]
        assert listed(client, "?open=yes") == [waiting.number, late.number]
        assert listed(client, "?origin=automatic") == []
        assert listed(client, f"?created_by={administrator.pk}") == [waiting.number]

    def test_marks_what_is_late_and_nothing_else(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        today = timezone.localdate()
        ordered(wanted(offer, 1), by=buyer, expected_on=today)
        ordered(wanted(offer, 1), by=buyer, expected_on=today - timedelta(days=1))

        page = BeautifulSoup(client_of(buyer).get(LIST).content, "html.parser")

        marks = ["late" in cell.text for cell in page.select(".field-expected_column")]
        assert marks == [True, False]

    @pytest.mark.parametrize("text", ["ﾓｰﾀｰ", "mt-2207", "tr-9", "PO-2", "rotor", "AB-77"])
    def test_searches_numbers_suppliers_references_and_parts(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart, text: str
    ) -> None:
        order = draft(wanted(offer, 1), by=buyer)
        place(approve(order, by=buyer), by=buyer, reference="AB-77")

        assert listed(client_of(buyer), f"?q={text}") == [order.number]
        assert listed(client_of(buyer), f"?q={text}-nothing") == []

    def test_exports_what_the_filters_select(
        self, client_of: ClientOf, buyer: User, general: User, offer: SupplierPart
    ) -> None:
        order = ordered(wanted(offer, 1), by=buyer)
        draft(wanted(offer, 1), by=buyer)

        response = client_of(buyer).get(f"{LIST}export/csv/?state=ordered")

        rows = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(rows) == 2
        assert order.number in rows[1]
        assert client_of(general).get(f"{LIST}export/csv/").status_code == 403

    def test_filters_survive_nonsense(self, client_of: ClientOf, buyer: User) -> None:
        client = client_of(buyer)

        for query in ("?part=x", "?part=9" + "9" * 30, "?supplier=²", "?created_by=-1", "?late=no"):
            assert client.get(f"{LIST}{query}").status_code in {200, 302}

    def test_is_closed_to_those_without_the_right(
        self, client_of: ClientOf, outsider: User
    ) -> None:
        assert client_of(outsider).get(LIST).status_code == 403


class TestPage:
    def test_says_what_was_ordered_and_what_came(
        self, client_of: ClientOf, buyer: User, storekeeper: User, offer: SupplierPart
    ) -> None:
        order = ordered(wanted(offer, 5), by=buyer)
        receipt = arrived(order.lines.get(), 2, LocationFactory.create(), by=storekeeper)

        page = page_of(client_of(buyer), order)

        cells = [cell.text.split("\n")[0].strip() for cell in page.select(".order-lines td")]
        assert cells[-2:] == ["2", "3"]
        assert "¥6,000" in page.text
        assert receipt.number in page.text

    def test_tells_the_time_line_with_who_and_why(
        self, client_of: ClientOf, buyer: User, storekeeper: User, offer: SupplierPart
    ) -> None:
        order = approve(draft(wanted(offer, 5), by=buyer), by=buyer)
        life.send_back(
            order.pk, version=order.version, reason="Too many", by=buyer, at=timezone.now()
        )

        told = [
            " ".join(row.text.split())
            for row in page_of(client_of(storekeeper), order).select(".order-events li")
        ]

        assert [row.split(" ", 2)[2] for row in told] == [
            f"Draft {buyer.display_name} Too many",
            f"Approved {buyer.display_name}",
            f"Created {buyer.display_name}",
        ]

    def test_gathers_what_the_re_order_changed_by_itself(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        part = offer.part
        Part.objects.filter(pk=part.pk).update(reorder_point=10, target_quantity=30)
        place_ = LocationFactory.create()
        stocked(part, place_, 9)
        for _time in range(3):
            issue(line(part, place_, 1))

        page = page_of(client_of(buyer), PurchaseOrder.objects.get())

        assert len(page.select(".order-events > li")) == 2
        assert "3 automatic changes before it" in page.text

    @pytest.mark.parametrize(
        ("role", "buttons"),
        [
            ("buyer", {"Ask for approval", "Approve", "Change", "Cancel the order"}),
            ("storekeeper", set()),
            ("general", set()),
            ("auditor", {"History"}),
        ],
    )
    def test_offers_each_role_what_it_may_do(
        self,
        client_of: ClientOf,
        buyer: User,
        offer: SupplierPart,
        role: str,
        buttons: set[str],
        request: pytest.FixtureRequest,
    ) -> None:
        order = draft(wanted(offer, 5), by=buyer)
        person = buyer if role == "buyer" else request.getfixturevalue(role)

        assert buttons_of(page_of(client_of(person), order)) == buttons

    def test_offers_what_the_state_allows(
        self, client_of: ClientOf, buyer: User, administrator: User, offer: SupplierPart
    ) -> None:
        client = client_of(administrator)
        order = approve(draft(wanted(offer, 5), by=buyer), by=buyer)
        approved = buttons_of(page_of(client, order))
        place(order, by=buyer)
        placed = buttons_of(page_of(client, order))
        arrived(order.lines.get(), 5, LocationFactory.create())
        received = buttons_of(page_of(client, order))

        date, cancel, always = "Change the expected date", "Cancel the order", "History"
        assert approved == {"Mark as ordered", date, "Send back to draft", cancel, always}
        assert placed == {"Receive", date, "Close short", cancel, always}
        assert received == {always}

    def test_shows_of_a_cancelled_draft_only_what_it_passed(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        order = draft(wanted(offer, 1), by=buyer)
        life.cancel(order.pk, version=1, reason="No need", by=buyer, at=timezone.now())

        way = page_of(client_of(buyer), order).select(".order-way li")

        shown = [" ".join(station.get("class") or []) for station in way]
        assert shown == ["is-passed", "", "", "is-ended"]

    def test_says_beforehand_that_a_second_person_is_needed(
        self, client_of: ClientOf, buyer: User, administrator: User, offer: SupplierPart
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=Decimal(1000))
        order = draft(wanted(offer, 1), by=buyer)

        own, others = (page_of(client_of(who), order).text for who in (buyer, administrator))

        assert "somebody who neither made nor changed it" in own
        assert "which you may be" in others

    def test_answers_404_for_what_does_not_exist(self, client_of: ClientOf, buyer: User) -> None:
        client = client_of(buyer)

        for pk in ("999", "9" * 25):
            assert client.get(f"{LIST}{pk}/change/").status_code == 404

    def test_is_natural_in_japanese(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        order = now(draft(wanted(offer, 1), by=buyer))

        response = client_of(buyer, language="ja").get(
            reverse("admin:purchasing_purchaseorder_change", args=[order.pk])
        )

        assert "承認" in response.content.decode()
        assert "仕入先" in response.content.decode()


def buttons_of(page: BeautifulSoup) -> set[str]:
    """What may be done, the papers left out."""
    found = set()
    for button in page.select(".inventory-actions .inventory-button"):
        icon = button.select_one(".material-symbols-outlined")
        if icon:
            icon.extract()
        found.add(button.text.strip())
    return found - {"Order document", "PDF"}
