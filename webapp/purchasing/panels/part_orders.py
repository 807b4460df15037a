"""Orders and re-order of one part, on the part's page."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from access.models import User
from catalog.models import Part
from purchasing.models import OrderLine
from purchasing.reorder.explaining import explain

MOST_OPEN = 20
MOST_EARLIER = 10


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
    awaited = list(
        lines.filter(outstanding__gt=0).order_by(
            F("order__expected_on").asc(nulls_last=True), "order_id"
        )[: MOST_OPEN + 1]
    )
    return {
        "open_lines": awaited[:MOST_OPEN],
        "more_open": len(awaited) > MOST_OPEN,
        "earlier_lines": list(lines.filter(outstanding=0).order_by("-order_id")[:MOST_EARLIER]),
        "url": (
            f"{reverse('admin:purchasing_purchaseorder_changelist')}?{urlencode({'part': part.pk})}"
        ),
    }
