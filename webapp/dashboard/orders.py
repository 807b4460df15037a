"""What the dashboard asks of orders and proposals; each answered by a small index."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from access.models import User
from core.keys import counted_together
from core.numbers import MOST_DECIMALS
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder.explaining import ordered_packs
from purchasing.states import RECEIVABLE

ROWS = 8


def context(user: User) -> dict[str, Any]:
    """Tiles and the next deliveries, for those who may see them."""
    shown: dict[str, Any] = {}
    counted: dict[str, QuerySet[Any]] = {}
    addresses: dict[str, str] = {}
    if user.has_perm("purchasing.view_purchaseorder"):
        orders = PurchaseOrder.objects.all()
        address = reverse("admin:purchasing_purchaseorder_changelist")
        counted |= {"late": orders.late(), "waiting": orders.waiting_for_approval()}
        addresses |= {"late": f"{address}?late=yes", "waiting": f"{address}?waiting=yes"}
        shown["deliveries"] = next_deliveries()
        shown["deliveries_url"] = f"{address}?open=yes"
    if user.has_perm("purchasing.view_reorderproposal"):
        counted["proposals"] = ReorderProposal.objects.filter(state=ProposalState.OPEN)
        addresses["proposals"] = reverse("admin:purchasing_reorderproposal_changelist")
    for name, (count, text) in counted_together(counted).items():
        shown[name] = {"count": count, "text": text, "url": addresses[name]}
    return shown


def next_deliveries() -> Sequence[PurchaseOrder]:
    """Placed orders by the day on which they are expected, the late ones first."""
    awaited = PurchaseOrder.objects.filter(state__in=RECEIVABLE, expected_on__isnull=False)
    return list(
        awaited.select_related("supplier")
        .only("number", "state", "expected_on", "supplier__name")
        .order_by("expected_on", "pk")[:ROWS]
    )


@dataclass(frozen=True)
class Proposed:
    """An open proposal, in the part's own unit."""

    pk: int
    quantity: Decimal


def proposed_for(parts: Collection[int]) -> dict[int, Proposed]:
    """The open proposals of some parts, by part."""
    found = ReorderProposal.objects.filter(part__in=parts, state=ProposalState.OPEN)
    return {
        proposal.part_id: Proposed(
            proposal.pk, round(ordered_packs(proposal) * proposal.factor, MOST_DECIMALS)
        )
        for proposal in found.select_related("line")
    }
