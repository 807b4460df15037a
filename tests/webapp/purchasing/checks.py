"""What must be so after a delivery was refused, or after much happened at once."""

from decimal import Decimal

from catalog.models import Part
from purchasing.models import (
    DocumentNumber,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
)
from stock.models import StockMovement
from stock.verification import find_differences
from tests.webapp.factories import (
    now,
)


def check_no_document(order: PurchaseOrder) -> None:
    assert not GoodsReceipt.objects.exists()
    assert not GoodsReceiptLine.objects.exists()
    assert not DocumentNumber.objects.filter(prefix="GR").exists()
    assert not OrderEvent.objects.filter(kind="received").exists()
    assert set(order.lines.values_list("received", flat=True)) == {Decimal(0)}
    assert (now(order).state, now(order).version) == (order.state, order.version)


def check_nothing_recorded(order: PurchaseOrder) -> None:
    check_no_document(order)
    assert not StockMovement.objects.exists()
    assert set(Part.objects.values_list("on_hand", flat=True)) == {Decimal(0)}


def check_totals() -> None:
    """Books, lines and parts agree, and no need is proposed twice."""
    assert find_differences() == ([], 0)
    for part in Part.objects.all():
        awaited = OrderLine.objects.filter(
            part=part, order__state__in=["approved", "ordered", "partial"]
        ).values_list("outstanding", flat=True)
        assert part.on_order == sum(awaited)
        assert part.reorder_proposals.filter(state="open").count() <= 1
