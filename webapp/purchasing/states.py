"""The life of an order: its states, and the one table of what may follow what.

The database holds the same table (``sql/orders.py``); a test tries every pair on both.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    """Where an order stands. From *ordered* on the database derives it from the lines."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    ORDERED = "ordered", _("Ordered")
    PARTIAL = "partial", _("Partially received")
    RECEIVED = "received", _("Received")
    CLOSED = "closed", _("Closed short")
    CANCELLED = "cancelled", _("Cancelled")


_FOLLOWING_LINES = (
    OrderState.ORDERED,
    OrderState.PARTIAL,
    OrderState.RECEIVED,
    OrderState.CLOSED,
)

# What a person (or the system by itself) may do.
BY_DECISION: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.APPROVED, OrderState.CANCELLED}),
    OrderState.APPROVED: frozenset({OrderState.DRAFT, OrderState.ORDERED, OrderState.CANCELLED}),
    OrderState.ORDERED: frozenset({OrderState.CANCELLED}),
    OrderState.PARTIAL: frozenset(),
    OrderState.RECEIVED: frozenset(),
    OrderState.CLOSED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
# What follows from receipts, reversals and lines closed short; only the database does it.
BY_LINES: dict[OrderState, frozenset[OrderState]] = {
    state: frozenset(_FOLLOWING_LINES) - {state} for state in _FOLLOWING_LINES
}

# Somebody still waits for what was ordered.
COMMITTED = frozenset({OrderState.APPROVED, OrderState.ORDERED, OrderState.PARTIAL})
OPEN = COMMITTED | {OrderState.DRAFT}
# The supplier has the order and owes something.
RECEIVABLE = frozenset({OrderState.ORDERED, OrderState.PARTIAL})
FINISHED = frozenset({OrderState.RECEIVED, OrderState.CLOSED, OrderState.CANCELLED})


def may_follow(now: str, then: str) -> bool:
    """Whether a decision may take an order from one state into another."""
    return then in BY_DECISION[OrderState(now)]
