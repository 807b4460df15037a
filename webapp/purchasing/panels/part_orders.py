"""Orders and re-order of one part, on the part's page."""

from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import F
from django.urls import reverse

from access.models import User
from catalog.models import Part
from purchasing.models import OrderLine
from purchasing.reorder.explaining import explain

MOST_OPEN = 20
MOST_EARLIER = 10

_WHICH = """
    SELECT EXISTS (SELECT FROM purchasing_orderline
                   WHERE part_id = %(part)s AND outstanding > 0),
           EXISTS (SELECT FROM purchasing_orderline
                   WHERE part_id = %(part)s AND outstanding = 0)
"""


def context(part: Part, *, user: User) -> dict[str, Any]:
    """What the part's page shows of it, each by its own right; empty for who may see nothing."""
    shown: dict[str, Any] = {}
    if user.has_perm("purchasing.view_reorderproposal"):
        shown["reorder"] = explain(part)
    if user.has_perm("purchasing.view_purchaseorder"):
        shown |= _orders(part)
    return shown


def _orders(part: Part) -> dict[str, Any]:
    lines = (
        OrderLine.objects.filter(part=part)
        .select_related("order__supplier")
        .only(
            *("quantity", "taken_over", "received", "outstanding", "closed"),
            *("pack_quantity", "pack_unit", "unit_price", "currency"),
            *("order__number", "order__state", "order__expected_on", "order__supplier__name"),
        )
    )
    any_open, any_earlier = _which(part)
    awaited = earlier = lines.none()
    if any_open:
        awaited = lines.filter(outstanding__gt=0).order_by(
            F("order__expected_on").asc(nulls_last=True), "order_id"
        )[: MOST_OPEN + 1]
    if any_earlier:
        earlier = lines.filter(outstanding=0).order_by("-order_id")[:MOST_EARLIER]
    return {
        "open_lines": list(awaited)[:MOST_OPEN],
        "more_open": len(awaited) > MOST_OPEN,
        "earlier_lines": list(earlier),
        "url": (
            f"{reverse('admin:purchasing_purchaseorder_changelist')}?{urlencode({'part': part.pk})}"
        ),
    }


def _which(part: Part) -> tuple[bool, bool]:
    """Whether there are open and earlier orders: most parts have few, many have none."""
    with connection.cursor() as cursor:
        cursor.execute(_WHICH, {"part": part.pk})
        any_open, any_earlier = cursor.fetchone()
    return any_open, any_earlier
