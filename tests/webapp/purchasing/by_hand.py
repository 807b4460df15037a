"""Orders, lines and receipts past the services, as a mistaken programmer or psql might write."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from access.models import User
from catalog.models import Supplier, SupplierPart
from purchasing.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    OrderLine,
    PurchaseOrder,
)
from stock.models import StockMovement
from tests.webapp.database import check_now


def change(order: PurchaseOrder, **values: object) -> None:
    """Past the services, as psql might."""
    PurchaseOrder.objects.filter(pk=order.pk).update(**values)


def change_lines(order: PurchaseOrder, **values: object) -> None:
    order.lines.update(**values)


def approve_by_hand(order: PurchaseOrder, by: User | None) -> None:
    change(order, state="approved", approved_at=timezone.now(), approved_by=by, changed_by=by)


def make(supplier: Supplier, **values: Any) -> PurchaseOrder:
    return PurchaseOrder.objects.create(
        **{"number": str(uuid.uuid4()), "supplier": supplier, **values}
    )


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def add_line(order: PurchaseOrder, offer: SupplierPart, **values: Any) -> OrderLine:
    line: dict[str, Any] = {
        "position": 2,
        "part": offer.part,
        "supplier_part": offer,
        "quantity": 1,
        **values,
    }
    return OrderLine.objects.create(order=order, **line)


def document(order: PurchaseOrder, **values: Any) -> GoodsReceipt:
    """A receipt past the services, as a mistaken programmer or psql might write it."""
    defaults: dict[str, Any] = {
        "number": str(uuid.uuid4())[:40],
        "occurred_at": timezone.now(),
        "idempotency_key": uuid.uuid4(),
    }
    return GoodsReceipt.objects.create(order=order, **{**defaults, **values})


def row(receipt: GoodsReceipt, order_line: OrderLine, **values: Any) -> GoodsReceiptLine:
    defaults: dict[str, Any] = {"position": 1, "quantity": Decimal(1), "factor": order_line.factor}
    made = GoodsReceiptLine(receipt=receipt, order_line=order_line, **{**defaults, **values})
    if "base_quantity" not in values:
        made.base_quantity = made.quantity * made.factor
    return made


def write(*rows: GoodsReceiptLine) -> list[GoodsReceiptLine]:
    return list(GoodsReceiptLine.objects.bulk_create(rows))


def move(received: GoodsReceiptLine, **values: Any) -> StockMovement:
    """The movement that the line of a receipt asks for."""
    defaults: dict[str, Any] = {
        "kind": "receipt",
        "part": received.order_line.part,
        "location": received.location,
        "quantity": received.base_quantity,
        "receipt_line": received,
        "occurred_at": timezone.now(),
        "idempotency_key": uuid.uuid4(),
        "line": 1,
    }
    [movement] = StockMovement.objects.bulk_create([StockMovement(**{**defaults, **values})])
    return movement


def finish() -> None:
    """What is checked at the end of the transaction."""
    with connection.cursor() as cursor:
        check_now(cursor)
