"""Looking at every part that may need an order: by night, and whenever somebody asks."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog.models import Part
from purchasing.errors import OrderChangedError
from purchasing.locking import lock_order
from purchasing.models import PurchaseOrder
from purchasing.reorder.approval import approve_what_may
from purchasing.reorder.evaluation import Changes, in_question, reorder, reorder_locked

PARTS_AT_ONCE = 200


def sweep(*, at: datetime | None = None) -> tuple[Changes, int]:
    """Bring all proposals up to date, some parts a transaction; then approve what may itself.

    Returns what changed and how many orders approved themselves. Whoever else runs it at the
    same moment, or moves stock meanwhile, waits for the parts in hand and finds them done.
    """
    now = at or timezone.now()
    changes = Changes()
    for ids in _batches():
        changes += reorder(ids, at=now)
    approved = 0
    for order in PurchaseOrder.objects.filter(collecting=True).order_by("pk"):
        with suppress(OrderChangedError):  # another writer has the draft; the next sweep looks
            approved += _approve(order.pk, at=now)
    return changes, approved


def _batches() -> Iterator[list[int]]:
    """The parts in question, read once and handed out some at a time."""
    ids = list(in_question(Part.objects.all()).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), PARTS_AT_ONCE):
        yield ids[start : start + PARTS_AT_ONCE]


@transaction.atomic
def _approve(order_id: int, *, at: datetime) -> int:
    order = lock_order(order_id)
    parts = set(order.lines.values_list("part_id", flat=True))
    approved = approve_what_may([order_id], locked=parts, at=at)
    if approved:
        reorder_locked(parts, at=at)  # a person may have set less than is needed
    return approved
