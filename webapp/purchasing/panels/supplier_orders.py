"""The orders of one supplier and how it delivers, on the supplier's page."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from access.models import User
from catalog.models import Supplier
from core.postgresql.base import prepared
from purchasing.amounts import Amounts, amounts_of_orders
from purchasing.models import PurchaseOrder
from purchasing.panels.delivery_record import delivery_record

MOST_OPEN = 10


@prepared()
def context(supplier: Supplier, *, user: User) -> dict[str, Any]:
    """What ``purchasing/panel_supplier.html`` shows; empty for who may not see orders."""
    if not user.has_perm("purchasing.view_purchaseorder"):
        return {}
    orders = PurchaseOrder.objects.filter(supplier=supplier)
    awaited = list(
        orders.open()
        .defer("notes")
        .order_by(F("expected_on").asc(nulls_last=True), "pk")[: MOST_OPEN + 1]
    )
    shown = awaited[:MOST_OPEN]
    amounts = amounts_of_orders([order.pk for order in shown])
    return {
        "supplier_orders": {
            "open": [(order, amounts.get(order.pk, Amounts())) for order in shown],
            "more_open": len(awaited) > MOST_OPEN,
            "late": orders.late().count(),
            "record": delivery_record(supplier.pk),
            "url": _list(supplier),
            "open_url": _list(supplier, open="yes"),
            "late_url": _list(supplier, late="yes"),
            "order_url": _order_url(supplier, user),
        }
    }


def _list(supplier: Supplier, **filters: str) -> str:
    query = urlencode({"supplier": supplier.pk, **filters})
    return f"{reverse('admin:purchasing_purchaseorder_changelist')}?{query}"


def _order_url(supplier: Supplier, user: User) -> str:
    """Where a new order begins; an inactive supplier gets none."""
    if not (supplier.active and user.has_perm("purchasing.add_purchaseorder")):
        return ""
    return f"{reverse('admin:purchasing_purchaseorder_add')}?{urlencode({'supplier': supplier.pk})}"
