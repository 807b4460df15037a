"""The orders of one supplier and how it delivers, on the supplier's page."""

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from access.models import User
from catalog.models import Supplier
from core.fragments import card
from core.links import page_address
from core.rows import fetched
from purchasing.amounts import Amounts, amounts_of_orders
from purchasing.models.order import LATE_STATES, is_late
from purchasing.panels.delivery_record import basis_of_record, delivery_record
from purchasing.states import OrderState

MOST_OPEN = 10
# The number of the late ones is the same in every row: it counts before the limit cuts.
_OPEN = """
    SELECT count(*) FILTER (WHERE state = ANY(%(late)s) AND expected_on < %(today)s) OVER (),
           id, number, state, expected_on
    FROM purchasing_purchaseorder
    WHERE supplier_id = %(supplier)s AND state IN ('draft', 'approved', 'ordered', 'partial')
    ORDER BY expected_on NULLS LAST, id LIMIT %(most)s
"""


class OpenOrder(NamedTuple):
    """One that somebody waits for; `amount` is empty where no line has a price."""

    url: str
    number: str
    state: str
    state_shown: str
    expected_on: date | None
    is_late: bool
    amount: str


def context(supplier: Supplier, *, user: User) -> dict[str, Any]:
    """What ``purchasing/panel_supplier.html`` shows; empty for who may not see orders."""
    if not user.has_perm("purchasing.view_purchaseorder"):
        return {}
    told = {
        **_open_orders(supplier),
        "record": _record(supplier),
        "url": _list(supplier),
        "open_url": _list(supplier, open="yes"),
        "late_url": _list(supplier, late="yes"),
        "order_url": _order_url(supplier, user),
    }
    return {"supplier_orders": card("purchasing/supplier_orders.html", told)}


def _record(supplier: Supplier) -> SafeString:
    """Worked out of many orders, and kept until one of them changes or another is finished."""
    return card(
        "purchasing/supplier_record.html",
        basis_of_record(supplier.pk),
        lambda: delivery_record(supplier.pk),
    )


def _open_orders(supplier: Supplier) -> dict[str, Any]:
    """The first of them by the day on which they are expected, and how many of all are late."""
    found = fetched(
        _OPEN,
        {
            "supplier": supplier.pk,
            "late": list(LATE_STATES),
            "today": timezone.localdate(),
            "most": MOST_OPEN + 1,
        },
    )
    shown = found[:MOST_OPEN]
    amounts = amounts_of_orders([row[1] for row in shown])
    return {
        "open": [
            OpenOrder(
                url=page_address("admin:purchasing_purchaseorder_change", pk),
                number=number,
                state=state,
                state_shown=str(OrderState(state).label),
                expected_on=expected_on,
                is_late=is_late(state, expected_on),
                amount=str(amounts.get(pk, Amounts())),
            )
            for _late, pk, number, state, expected_on in shown
        ],
        "more_open": len(found) > MOST_OPEN,
        "late": found[0][0] if found else 0,
    }


def _list(supplier: Supplier, **filters: str) -> str:
    query = urlencode({"supplier": supplier.pk, **filters})
    return f"{reverse('admin:purchasing_purchaseorder_changelist')}?{query}"


def _order_url(supplier: Supplier, user: User) -> str:
    """Where a new order begins; an inactive supplier gets none."""
    if not (supplier.active and user.has_perm("purchasing.add_purchaseorder")):
        return ""
    return f"{reverse('admin:purchasing_purchaseorder_add')}?{urlencode({'supplier': supplier.pk})}"
