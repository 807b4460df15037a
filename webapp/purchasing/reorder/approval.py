"""Automatic orders that approve themselves, where the administrator allows it by an amount."""

from collections.abc import Collection
from datetime import datetime

from access.models import User
from purchasing.amounts import may_approve_itself
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal


def approve_what_may(orders: Collection[int], *, locked: Collection[int], at: datetime) -> int:
    """Approve those of the drafts whose limits allow it; the number of them.

    Only drafts of which every part is locked: approving changes what is on order of each. The
    nightly sweep, which locks them all, finds the others.
    """
    approved = 0
    for order in PurchaseOrder.objects.filter(pk__in=orders, collecting=True).order_by("supplier"):
        lines = list(order.lines.all())
        if lines and {line.part_id for line in lines} <= set(locked) and may_approve_itself(lines):
            accept_all(order, at=at)
            order.approve(by=None, at=at)
            approved += 1
    return approved


def accept_all(order: PurchaseOrder, *, at: datetime, by: User | None = None) -> None:
    """The proposals on an order are accepted with it."""
    ReorderProposal.objects.filter(line__order=order, state=ProposalState.OPEN).update(
        state=ProposalState.ACCEPTED, decided_by=by, decided_at=at
    )
