"""Changes of the catalogue bring the re-order proposals up to date, in the change's transaction.

A reorder point, a pack size, a preferred supplier, somebody who does not sell any more: each may
call for an order, or for none. Whoever writes the catalogue calls these.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from catalog.locking import lock_parts
from catalog.models import Part, Supplier
from purchasing.reorder.evaluation import Changes, reorder, reorder_locked


def after_change(part_ids: Collection[int]) -> Changes:
    """Look at parts that were changed, or whose supplier parts were."""
    return reorder(part_ids, at=timezone.now())


@transaction.atomic
def after_change_of_supplier(supplier: Supplier) -> Changes:
    """Look at everything that a supplier sells; call it when *active* changed.

    All its parts are locked, also those that have enough: one that falls short at this moment
    must see the supplier as it is now.
    """
    sold = Part.objects.filter(pk__in=supplier.supplier_parts.values("part_id"))
    locked = sold.order_by("pk").select_for_update(no_key=True)
    return reorder_locked(list(locked.values_list("pk", flat=True)), at=timezone.now())


@contextmanager
def while_deleting(part_ids: Collection[int]) -> Iterator[None]:
    """Delete supplier parts of these parts inside.

    The parts are locked before, and not after as with a change: a movement that proposes one of
    the supplier parts has the part already and waits for the supplier part.
    """
    with transaction.atomic():
        lock_parts(part_ids)
        yield
        reorder_locked(part_ids, at=timezone.now())
