"""The committed budget of SQL queries for each list and page.

A list must not ask more when it shows more: each is opened with few rows and with a full page.
Raising a budget is a decision for a reviewer to see.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import ApprovalLimit, GoodsReceipt, PurchaseOrder, ReorderProposal
from stock import services
from stock.entries import Count, Line
from stock.models import Location, StockMovement, Stocktake
from stock.verification import verify_ledger
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    ordered,
    wanted,
)

pytestmark = pytest.mark.django_db

FULL_PAGE = 30

# Address → queries, the four of who asks among them: session, user, rights, context of the audit
# log. Pages that offer locations ask for a fifth: those that the user works at.
LISTS = {
    "admin:catalog_part_changelist": 6,
    "admin:catalog_category_changelist": 6,
    "admin:catalog_supplier_changelist": 6,
    "admin:catalog_supplierpart_changelist": 6,
    "admin:stock_location_changelist": 6,
    "admin:stock_lot_changelist": 6,
    "admin:stock_stocklevel_changelist": 6,
    "admin:stock_stockmovement_changelist": 6,
    "admin:stock_stocktake_changelist": 6,
    "admin:stock_ledgerverification_changelist": 6,
    "admin:exchange_importrun_changelist": 5,
    "admin:access_user_changelist": 8,
    "admin:auth_group_changelist": 7,
}
PAGES: dict[str, tuple[Callable[[], list[int]], int]] = {
    "admin:index": (list, 9),
    "admin:stock_receive": (list, 5),
    "admin:stock_issue": (list, 5),
    "admin:stock_transfer": (list, 5),
    "admin:stock_stocktake_start": (list, 7),
    "admin:stock_stocktake_count": (lambda: [Location.objects.earliest("pk").pk], 9),
    "admin:stock_verify": (list, 4),
    "admin:catalog_part_change": (lambda: [Part.objects.earliest("pk").pk], 13),
    "admin:stock_availability": (lambda: [Part.objects.earliest("pk").pk], 6),
    "admin:catalog_part_add": (list, 4),
    "admin:stock_location_change": (lambda: [Location.objects.earliest("pk").pk], 6),
    "admin:stock_stockmovement_change": (lambda: [StockMovement.objects.earliest("pk").pk], 10),
    "admin:stock_stocktake_change": (lambda: [Stocktake.objects.earliest("pk").pk], 9),
}


@pytest.fixture
def fill(storekeeper: User) -> Callable[[int], None]:
    """``fill(30)``: so many of everything, beside what is there."""

    def make(rows: int) -> None:
        categories = CategoryFactory.create_batch(rows)
        places = LocationFactory.create_batch(rows)
        supplier = SupplierFactory.create_batch(rows)
        parts = [PartFactory.create(category=category) for category in categories]
        for part, sold_by in zip(parts, supplier, strict=True):
            SupplierPartFactory.create(part=part, supplier=sold_by)
        services.receive(
            lines=[
                Line(part=part, location=place, quantity=Decimal(10), lot=f"L-{part.pk}")
                for part, place in zip(parts, places, strict=True)
            ],
            reason="Opening",
            by=storekeeper,
            at=timezone.now(),
            key=uuid.uuid4(),
        )
        for part, place in zip(parts, places, strict=True):
            services.post_stocktake(
                location=place,
                counts=[Count(part=part, expected=Decimal(0), counted=Decimal(2))],
                reason="",
                by=storekeeper,
                at=timezone.now(),
                key=uuid.uuid4(),
            )
        verify_ledger(by=storekeeper)

    return make


@pytest.mark.parametrize(("name", "budget"), LISTS.items())
def test_a_list_keeps_to_its_budget(
    name: str, budget: int, administrator: User, client_of: ClientOf, fill: Callable[[int], None]
) -> None:
    client = client_of(administrator)
    fill(3)
    client.get(reverse(name))  # content types and the like are asked for once

    few = queries_of(client, reverse(name))
    fill(FULL_PAGE)
    many = queries_of(client, reverse(name))

    assert many <= few, "the list asks more when it shows more"
    assert many <= budget


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_its_budget(
    name: str, administrator: User, client_of: ClientOf, fill: Callable[[int], None]
) -> None:
    arguments, budget = PAGES[name]
    client = client_of(administrator)
    fill(3)
    address = reverse(name, args=arguments())
    client.get(address)

    few = queries_of(client, address)
    fill(FULL_PAGE)
    many = queries_of(client, address)

    assert many <= few
    assert many <= budget


def test_no_list_counts_or_sums_all_movements(
    administrator: User, client_of: ClientOf, fill: Callable[[int], None]
) -> None:
    """Counts are limited; sums are kept by the ledger."""
    fill(3)
    client = client_of(administrator)

    with CaptureQueriesContext(connection) as captured:
        for name in (*LISTS, "admin:index"):
            client.get(reverse(name))

    statements = [query["sql"] for query in captured if "stock_stockmovement" in query["sql"]]
    unlimited = [
        sql
        for sql in statements
        if ("COUNT(" in sql or "SUM(" in sql) and "LIMIT" not in sql and "WHERE" not in sql
    ]
    assert statements
    assert unlimited == []


# Pages about an order: what grows is the order's own lines and receipts.
DELIVERIES = {
    "admin:purchasing_goodsreceipt_changelist": 6,
    "admin:purchasing_goodsreceipt_change": 7,
    "admin:purchasing_receipt_reverse": 7,
    "admin:purchasing_order_receive": 10,
    "admin:purchasing_purchaseorder_changelist": 8,
    "admin:purchasing_purchaseorder_change": 9,
    "admin:purchasing_order_close_short": 7,
    "admin:purchasing_purchaseorder_document": 6,
}


@pytest.mark.parametrize(("name", "budget"), DELIVERIES.items())
def test_a_page_of_deliveries_keeps_to_its_budget(
    name: str, budget: int, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    small, large = delivered(3, by=administrator), delivered(FULL_PAGE, by=administrator)

    def address(receipt: GoodsReceipt) -> str:
        pk = receipt.order_id if "order" in name else receipt.pk
        return reverse(name, args=[] if name.endswith("changelist") else [pk])

    client.get(address(small))
    few = queries_of(client, address(small))
    many = queries_of(client, address(large))

    assert many <= few
    assert many <= budget


def test_a_delivery_is_filled_in_by_as_many_queries_whatever_its_lines(
    administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    def queries(rows: int) -> int:
        order = delivered(rows, by=administrator).order
        posted = {"rows-TOTAL_FORMS": rows, "rows-INITIAL_FORMS": rows, "_everything": "1"}
        for index, line in enumerate(order.lines.all()):
            posted |= {f"rows-{index}-line": line.pk, f"rows-{index}-location": 1}
        return queries_of(
            client, reverse("admin:purchasing_order_receive", args=[order.pk]), posted
        )

    queries(1)
    assert queries(FULL_PAGE) <= queries(3) <= 13


def delivered(rows: int, *, by: User) -> GoodsReceipt:
    """Of an order of so many lines, a receipt with all of them, and as many of one line each."""
    places = LocationFactory.create_batch(rows)
    order: PurchaseOrder = ordered(
        *[wanted(part, 10) for part in PartFactory.create_batch(rows)], by=by
    )
    lines = list(order.lines.select_related("part"))
    every = [
        arrival(line, 1, place, lot=f"L-{line.pk}")
        for line, place in zip(lines, places, strict=True)
    ]
    receipt = arrive(order, *every, by=by, delivery_note="DN-1")
    for one in every:
        arrive(order, one, by=by)
    return receipt


# Pages about re-ordering: what grows is the number of proposals and orders.
REORDERING: dict[str, tuple[Callable[[], list[int]], int]] = {
    "admin:index": (list, 13),
    "admin:purchasing_reorderproposal_changelist": (list, 6),
    "admin:purchasing_reorderproposal_change": (
        lambda: [ReorderProposal.objects.earliest("pk").pk],
        5,
    ),
    "admin:purchasing_approvallimit_changelist": (list, 6),
    "admin:catalog_part_change": (lambda: [ReorderProposal.objects.earliest("pk").part_id], 13),
    "admin:catalog_supplier_change": (lambda: [Supplier.objects.earliest("pk").pk], 9),
}


@pytest.mark.parametrize("name", REORDERING)
def test_a_page_of_re_ordering_keeps_to_its_budget(
    name: str, administrator: User, client_of: ClientOf
) -> None:
    arguments, budget = REORDERING[name]
    client = client_of(administrator)
    supplier = SupplierFactory.create()
    propose(3, of=supplier, by=administrator)
    address = reverse(name, args=arguments())
    client.get(address)

    few = queries_of(client, address)
    propose(FULL_PAGE, of=supplier, by=administrator)
    many = queries_of(client, address)

    assert many <= few
    assert many <= budget


def test_dismissing_asks_as_much_for_a_page_full(administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)

    def queries(rows: int) -> int:
        propose(rows, of=SupplierFactory.create(), by=administrator)
        chosen = ReorderProposal.objects.order_by("-pk").values_list("pk", flat=True)[:rows]
        query = "&".join(f"proposal={pk}" for pk in chosen)
        return queries_of(client, f"{reverse('admin:purchasing_proposal_dismiss')}?{query}")

    queries(1)
    assert queries(FULL_PAGE) <= queries(3) <= 5


def propose(rows: int, *, of: Supplier, by: User) -> None:
    """So many parts that fell short; orders of the first of them, late ones, and limits."""
    place = LocationFactory.create()
    parts = PartFactory.create_batch(rows, reorder_point=10)
    offers = [SupplierPartFactory.create(part=part, supplier=of) for part in parts]
    first = SupplierPart.objects.filter(supplier=of).earliest("pk")
    for _ in range(rows):
        ordered(wanted(first, 1), by=by, expected_on=timezone.localdate() - timedelta(days=1))
    for code in ("JPY", "USD", "EUR")[: rows // 3]:
        ApprovalLimit.objects.get_or_create(currency=code)
    services.receive(
        lines=[Line(part=offer.part, location=place, quantity=Decimal(1)) for offer in offers],
        reason="",
        by=by,
        at=timezone.now(),
        key=uuid.uuid4(),
    )


def queries_of(client: object, address: str, posted: dict[str, object] | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.post(address, posted) if posted else client.get(address)  # type: ignore[attr-defined]
    assert response.status_code == 200
    return len(captured)
