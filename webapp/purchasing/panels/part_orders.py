"""Orders and re-order of one part, on the part's page."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from access.models import User
from catalog.models import Part
from core.currencies import price_shown
from core.links import page_address
from core.rows import fetched
from purchasing.models.line import pack_shown
from purchasing.models.order import is_late
from purchasing.reorder.explaining import explain
from purchasing.states import OrderState

MOST_OPEN = 20
MOST_EARLIER = 10

# As text: the page of a part is opened more than any other.
_COLUMNS = """
    o.id, o.number, s.name, o.state, o.expected_on, l.outstanding, l.quantity,
    l.taken_over + l.received, l.closed, l.pack_quantity, l.pack_unit, l.unit_price, l.currency
    FROM purchasing_orderline l
    JOIN purchasing_purchaseorder o ON o.id = l.order_id
    JOIN catalog_supplier s ON s.id = o.supplier_id
    WHERE l.part_id = %(part)s
"""
_LINES = f"""
    (SELECT true, {_COLUMNS} AND l.outstanding > 0
     ORDER BY o.expected_on ASC NULLS LAST, o.id LIMIT %(open)s)
    UNION ALL
    (SELECT false, {_COLUMNS} AND l.outstanding = 0 ORDER BY o.id DESC LIMIT %(earlier)s)
"""


class OrderedRow(NamedTuple):
    """What one order has of the part."""

    order_id: int
    number: str
    supplier: str
    state: str
    expected_on: date | None
    outstanding: Decimal
    quantity: Decimal
    received: Decimal
    closed: bool
    pack_quantity: Decimal
    pack_unit: str
    unit_price: Decimal | None
    currency: str

    @property
    def url(self) -> str:
        return page_address("admin:purchasing_purchaseorder_change", self.order_id)

    @property
    def state_shown(self) -> str:
        return str(OrderState(self.state).label)

    @property
    def is_late(self) -> bool:
        return is_late(self.state, self.expected_on)

    @property
    def pack(self) -> str:
        return pack_shown(self.pack_quantity, self.pack_unit)

    @property
    def price(self) -> str:
        """Of a pack; a dash where there is none."""
        return "–" if self.unit_price is None else price_shown(self.unit_price, self.currency)


def context(part: Part, *, user: User) -> dict[str, Any]:
    """What the part's page shows of it, each by its own right; empty for who may see nothing."""
    shown: dict[str, Any] = {}
    if user.has_perm("purchasing.view_reorderproposal"):
        shown["reorder"] = explain(part)
    if user.has_perm("purchasing.view_purchaseorder"):
        shown |= _orders(part)
    return shown


def _orders(part: Part) -> dict[str, Any]:
    rows = fetched(_LINES, {"part": part.pk, "open": MOST_OPEN + 1, "earlier": MOST_EARLIER})
    awaited = [OrderedRow(*row) for is_open, *row in rows if is_open]
    return {
        "open_lines": awaited[:MOST_OPEN],
        "more_open": len(awaited) > MOST_OPEN,
        "earlier_lines": [OrderedRow(*row) for is_open, *row in rows if not is_open],
        "url": (
            f"{reverse('admin:purchasing_purchaseorder_changelist')}?{urlencode({'part': part.pk})}"
        ),
    }
