"""Orders, receipts and proposals as files."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from access.models import User
from catalog.models import Part
from exchange.exporting import EXPORT_TABLES
from purchasing.models import GoodsReceipt, PurchaseOrder, ReorderProposal
from purchasing.reorder.evaluation import reorder
from stock.models import Location
from tests.webapp.exchange.test_exporting import exported
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    arrived,
    ordered,
    take_back,
    wanted,
)


def rows_of(name: str, rows: Any = None) -> list[dict[str, str]]:
    content = exported(name, "csv", rows).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture
def shelf(db: None) -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


@pytest.fixture
def order(buyer: User, shelf: Location) -> PurchaseOrder:
    """Two lines, of which one roll of three has arrived."""
    part = PartFactory.create(number="CB-1", name_en="Cable", unit="m")
    roll = SupplierPartFactory.create(
        part=part, sku="ROLL", pack_quantity=100, pack_unit="m", unit_price=40, currency="JPY"
    )
    made = ordered(
        wanted(roll, 3),
        wanted(PartFactory.create(number="MT-1"), 2, 5),
        by=buyer,
        supplier=roll.supplier,
        destination=shelf,
        notes="Before noon",
    )
    arrived(made.lines.get(position=1), 1, shelf)
    return made


class TestOrders:
    def test_say_who_made_them_and_what_they_cost(self, order: PurchaseOrder, buyer: User) -> None:
        [row] = rows_of("purchase_orders")

        today = f"{timezone.localdate()}"
        assert row["Order number"] == order.number
        assert (row["State"], row["Notes"]) == ("Partially received", "Before noon")
        assert (row["Created on"], row["Ordered on"], row["Finished on"]) == (today, today, "")
        assert (row["Created by"], row["Destination"]) == (buyer.display_name, "Shelf")
        assert (row["Amount"], row["Currency"]) == ("130", "JPY")

    def test_of_two_currencies_have_no_one_amount(self, buyer: User) -> None:
        ordered(
            wanted(PartFactory.create(), 1, 5),
            wanted(PartFactory.create(), 1, 5, "USD"),
            by=buyer,
        )

        [row] = rows_of("purchase_orders")

        assert (row["Amount"], row["Currency"]) == ("", "")

    def test_are_in_the_language_of_the_user(self, order: PurchaseOrder) -> None:
        with override("ja"):
            content = exported("purchase_orders", "csv").decode("utf-8-sig")

        assert str(order.get_state_display()) not in content
        assert "一部入荷" in content
        assert "棚" in content

    def test_have_days_that_a_spreadsheet_knows(self, order: PurchaseOrder) -> None:
        sheet = load_workbook(io.BytesIO(exported("purchase_orders", "xlsx"))).worksheets[0]
        values = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))

        created = values["Created on"]
        assert isinstance(created, datetime)
        assert created.date() == timezone.localdate()


class TestLines:
    def test_say_what_is_outstanding_of_whom(self, order: PurchaseOrder) -> None:
        first, second = rows_of("purchase_order_lines")

        assert (first["Part number"], first["SKU"], first["Pack size"]) == ("CB-1", "ROLL", "100")
        assert (first["Quantity"], first["Received"], first["Outstanding"]) == ("3", "1", "200")
        assert first["Supplier"] == order.supplier.name
        assert (second["Position"], second["Received"], second["Amount"]) == ("2", "0", "10")

    def test_of_a_list_of_orders_are_those_of_its_orders(
        self, order: PurchaseOrder, buyer: User
    ) -> None:
        ordered(wanted(PartFactory.create()), by=buyer)

        rows = rows_of("purchase_order_lines", PurchaseOrder.objects.filter(pk=order.pk))

        assert {row["Order number"] for row in rows} == {order.number}


class TestReceipts:
    def test_have_a_row_a_line_and_reversals_are_negative(
        self, order: PurchaseOrder, shelf: Location, storekeeper: User
    ) -> None:
        receipt = GoodsReceipt.objects.get()
        reversal = take_back(receipt, by=storekeeper, reason="wrong order")

        last, first = rows_of("goods_receipts")

        assert (first["Number"], first["Packs"], first["Quantity"]) == (receipt.number, "1", "100")
        assert (last["Number"], last["Packs"], last["Quantity"]) == (reversal.number, "-1", "-100")
        assert (last["Reverses"], last["Reason"]) == (receipt.number, "wrong order")
        assert last["Recorded by"] == storekeeper.display_name
        assert (first["Order number"], first["Location"]) == (order.number, "Shelf")


class TestProposals:
    def test_bring_their_arithmetic(self, db: None) -> None:
        part = PartFactory.create(number="CB-1", reorder_point=10, target_quantity=25)
        offer = SupplierPartFactory.create(part=part, sku="S", pack_quantity=10)
        reorder([part.pk], at=timezone.now())

        [row] = rows_of("reorder_proposals")

        assert (row["Part number"], row["SKU"], row["State"]) == ("CB-1", "S", "Open")
        assert (row["Packs"], row["Quantity"], row["Wanted"]) == ("3", "30", "25")
        assert row["Order number"] == PurchaseOrder.objects.get().number
        assert row["Supplier"] == offer.supplier.name


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("purchase_orders", 3),  # whether the tree of places changed, the tree, the rows
        ("purchase_order_lines", 1),
        ("goods_receipts", 3),
        ("reorder_proposals", 1),
    ],
)
def test_no_row_asks_the_database_again(
    name: str,
    queries: int,
    buyer: User,
    shelf: Location,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    for _number in range(4):
        offer = SupplierPartFactory.create(part=PartFactory.create(reorder_point=9))
        made = ordered(wanted(offer, 2, 5), by=buyer, destination=shelf)
        arrived(made.lines.get(), 1, shelf)
    reorder(Part.objects.values_list("pk", flat=True), at=timezone.now())
    assert ReorderProposal.objects.count() == 4

    with django_assert_num_queries(queries):
        content = exported(name, "csv").decode()

    assert content.count("\r\n") >= 5


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("purchase_orders", "purchasing.view_purchaseorder"),
        ("purchase_order_lines", "purchasing.view_purchaseorder"),
        ("goods_receipts", "purchasing.view_goodsreceipt"),
        ("reorder_proposals", "purchasing.view_reorderproposal"),
    ],
)
def test_whoever_exports_may_see_the_list(name: str, permission: str) -> None:
    assert EXPORT_TABLES[name].view_permission == permission
