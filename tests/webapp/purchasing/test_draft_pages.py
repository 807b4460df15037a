"""The page that makes a draft, and the one that changes it."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing.models import PurchaseOrder
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    draft,
    now,
    wanted,
)

pytestmark = pytest.mark.django_db

ADD = reverse("admin:purchasing_purchaseorder_add")


@pytest.fixture
def offer() -> SupplierPart:
    part = PartFactory.create(number="CB-22", unit="m")
    return SupplierPartFactory.create(
        part=part,
        pack_quantity=Decimal(100),
        pack_unit="ft",
        unit_price=Decimal("9.5"),
        currency="USD",
        minimum_order_quantity=Decimal(2),
        preferred=True,
    )


def posted(supplier: int, *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    """What the browser sends."""
    data = {
        "supplier": supplier,
        "key": uuid.uuid4(),
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
        **header,
    }
    for index, line in enumerate(lines):
        blank = {"tolerance_percent": "0", "pack_quantity": "1", "pack_unit": ""}
        data |= {f"lines-{index}-{name}": value for name, value in {**blank, **line}.items()}
    return data


def errors_of(content: bytes) -> str:
    page = BeautifulSoup(content, "html.parser")
    found = page.select("[role=alert], .inventory-error")
    return " ".join(" ".join(element.text.split()) for element in found)


class TestCreate:
    def test_takes_price_and_pack_from_the_supplier_part(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        data = posted(offer.supplier_id, {"part": offer.part_id, "quantity": "３"})

        response = client_of(buyer).post(ADD, data)

        order = PurchaseOrder.objects.get()
        assert response.headers["Location"].endswith(f"/{order.pk}/change/")
        line = order.lines.get()
        assert (line.sku, line.quantity, line.unit_price, line.currency) == (
            offer.sku, Decimal(3), Decimal("9.5"), "USD",
        )  # fmt: skip
        assert line.outstanding == Decimal("91.44")
        assert order.created_by == buyer

    def test_takes_a_pack_of_its_own_without_a_supplier_part(
        self, client_of: ClientOf, buyer: User
    ) -> None:
        part = PartFactory.create(unit="m")
        line = {"part": part.pk, "quantity": "2", "pack_quantity": "500", "pack_unit": "cm"}

        client_of(buyer).post(ADD, posted(SupplierFactory.create().pk, line))

        assert PurchaseOrder.objects.get().lines.get().outstanding == 10

    def test_makes_one_order_of_a_double_click(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        data = posted(offer.supplier_id, {"part": offer.part_id, "quantity": "1"})
        client = client_of(buyer)

        client.post(ADD, data)
        client.post(ADD, data)

        assert PurchaseOrder.objects.count() == 1

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ({"quantity": ""}, "required"),
            ({"quantity": "0"}, "above 0"),
            ({"quantity": "many"}, "is not a number"),
            ({"quantity": "9" * 20}, "too large"),
            ({"quantity": "1", "currency": "YEN", "unit_price": "5"}, "is not a currency"),
            ({"quantity": "1", "tolerance_percent": "101"}, "from 0 to 100"),
            ({"quantity": "1", "part": "999999"}, "valid choice"),
        ],
    )
    def test_says_what_is_wrong_and_loses_nothing(
        self,
        client_of: ClientOf,
        buyer: User,
        offer: SupplierPart,
        line: dict[str, str],
        message: str,
    ) -> None:
        data = posted(offer.supplier_id, {"part": offer.part_id, **line}, notes="Urgent!")

        response = client_of(buyer).post(ADD, data)

        assert message in errors_of(response.content)
        assert b"Urgent!" in response.content
        assert not PurchaseOrder.objects.exists()

    def test_expects_nothing_in_the_past(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        line = {"part": offer.part_id, "quantity": "1"}

        response = client_of(buyer).post(
            ADD, posted(offer.supplier_id, line, expected_on="2000-01-01")
        )

        assert "This day is past" in errors_of(response.content)

    def test_puts_a_refusal_at_its_line(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        gone = PartFactory.create(number="OLD-1", active=False)
        lines = ({"part": offer.part_id, "quantity": "1"}, {"part": gone.pk, "quantity": "1"})

        response = client_of(buyer).post(ADD, posted(offer.supplier_id, *lines))

        page = BeautifulSoup(response.content, "html.parser")
        alerts = [bool(line.select("[role=alert]")) for line in page.select("#lines [data-line]")]
        assert alerts == [False, True]
        assert "is not ordered any more" in errors_of(response.content)

    def test_refuses_another_suppliers_number(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        other = SupplierPartFactory.create(part=offer.part)
        line = {"part": offer.part_id, "quantity": "1", "supplier_part": offer.pk}

        response = client_of(buyer).post(ADD, posted(other.supplier_id, line))

        assert "Choose the SKU again" in errors_of(response.content)

    def test_begins_with_the_parts_of_the_address(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        response = client_of(buyer).get(f"{ADD}?part={offer.part_id}&part=x&part=0")

        page = BeautifulSoup(response.content, "html.parser")
        chosen = page.select("#id_supplier option[selected]")
        assert [option["value"] for option in chosen] == [str(offer.supplier_id)]
        quantity = page.select_one("#id_lines-0-quantity")
        assert quantity
        assert quantity["value"] == "2"

    @pytest.mark.parametrize("role", ["storekeeper", "general", "auditor", "outsider"])
    def test_is_closed_to_those_who_do_not_buy(
        self, client_of: ClientOf, role: str, request: pytest.FixtureRequest
    ) -> None:
        assert client_of(request.getfixturevalue(role)).get(ADD).status_code == 403


class TestEdit:
    def address(self, order: PurchaseOrder) -> str:
        return reverse("admin:purchasing_purchaseorder_edit", args=[order.pk])

    def test_shows_the_draft_and_writes_what_changed(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        order = draft(wanted(offer, 3), by=buyer, notes="Old")
        line = order.lines.get()
        client = client_of(buyer)
        page = BeautifulSoup(client.get(self.address(order)).content, "html.parser")
        quantity = page.select_one("#id_lines-0-quantity")
        assert quantity
        assert quantity["value"] == "3"
        kept = {"line": line.pk, "part": offer.part_id, "quantity": "4", "supplier_part": offer.pk}

        client.post(self.address(order), posted(offer.supplier_id, kept, version=1, notes="New"))

        assert now(order).notes == "New"
        assert order.lines.get().pk == line.pk
        assert order.lines.get().quantity == 4

    def test_tells_the_second_of_two_what_happened_and_keeps_what_was_typed(
        self, client_of: ClientOf, buyer: User, administrator: User, offer: SupplierPart
    ) -> None:
        order = draft(wanted(offer, 3), by=buyer)
        line = {"line": order.lines.get().pk, "part": offer.part_id, "quantity": "4"}
        first = posted(offer.supplier_id, line, version=1, notes="First")
        second = posted(offer.supplier_id, line, version=1, notes="Second")

        client_of(administrator).post(self.address(order), first)
        response = client_of(buyer).post(self.address(order), second)

        told = errors_of(response.content)
        assert "was changed after you opened this page" in told
        assert administrator.display_name in told
        assert b"Second" in response.content
        assert now(order).notes == "First"

    def test_keeps_a_day_that_has_passed_meanwhile(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        order = draft(wanted(offer, 3), by=buyer, expected_on=date(2020, 1, 2))
        line = {"line": order.lines.get().pk, "part": offer.part_id, "quantity": "4"}

        client_of(buyer).post(
            self.address(order),
            posted(offer.supplier_id, line, version=1, expected_on="2020-01-02"),
        )

        assert order.lines.get().quantity == 4

    def test_sends_who_comes_too_late_to_the_order(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        order = approve(draft(wanted(offer, 3), by=buyer), by=buyer)

        response = client_of(buyer).get(self.address(order), follow=True)

        assert b"Only drafts can be changed" in response.content

    def test_takes_a_line_away_but_not_the_last(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        other: Part = PartFactory.create()
        order = draft(wanted(offer, 3), wanted(other, 1), by=buyer)
        lines = [
            {"line": line.pk, "part": line.part_id, "quantity": "1"}
            for line in order.lines.order_by("position")
        ]
        client = client_of(buyer)

        client.post(
            self.address(order),
            posted(offer.supplier_id, lines[0], {**lines[1], "DELETE": "on"}, version=1),
        )
        response = client.post(
            self.address(order),
            posted(offer.supplier_id, {**lines[0], "DELETE": "on"}, version=2),
        )

        assert order.lines.get().part == offer.part
        assert "Enter at least one line" in errors_of(response.content)


class TestOffers:
    def test_names_packs_prices_and_minimum(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        address = reverse("admin:purchasing_order_offers", args=[offer.part_id])

        found = client_of(buyer).get(address).json()

        assert found["unit"] == "m"
        (told,) = found["offers"]
        assert (told["pack"], told["factor"], told["minimum"], told["price"]) == (
            "100 ft", "30.48", "2", "9.5",
        )  # fmt: skip

    def test_leaves_out_what_is_not_sold_any_more(
        self, client_of: ClientOf, buyer: User, offer: SupplierPart
    ) -> None:
        SupplierPart.objects.filter(pk=offer.pk).update(active=False)

        address = reverse("admin:purchasing_order_offers", args=[offer.part_id])

        assert client_of(buyer).get(address).json()["offers"] == []
