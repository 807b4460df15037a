"""The one order of locks: parts, then suppliers, then orders.

Receiving moves stock (parts) and changes an order; an issue of stock (parts) may change the
draft that collects a supplier's proposals. Whoever writes orders takes the locks of all parts
and suppliers concerned first, so that two writers never wait for each other in a circle.
"""

from collections.abc import Collection

from django.db import connection
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from core.postgresql.base import prepared
from core.rows import fetched
from purchasing.errors import OrderChangedError
from purchasing.models import PurchaseOrder

_SUPPLIERS = "purchasing.supplier"
_PARTS_OF = "SELECT part_id FROM purchasing_orderline WHERE order_id = %s"
_SUPPLIERS_OF = """
    SELECT supplier_id FROM catalog_supplierpart WHERE part_id = ANY(%(parts)s)
    UNION
    SELECT o.supplier_id FROM purchasing_reorderproposal p
    JOIN purchasing_orderline l ON l.id = p.line_id
    JOIN purchasing_purchaseorder o ON o.id = l.order_id
    WHERE p.part_id = ANY(%(parts)s) AND p.state = 'open'
"""


def lock_suppliers(ids: Collection[int]) -> None:
    """One writer at a time for the orders of each supplier, until the transaction ends.

    Advisory locks and not the suppliers' rows: somebody who changes a supplier in the admin has
    its row before the parts.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), id::integer) "
            "FROM (SELECT DISTINCT unnest(%s::bigint[]) AS id ORDER BY 1) ordered",
            [_SUPPLIERS, sorted(ids)],
        )


def suppliers_of(parts: Collection[int]) -> set[int]:
    """Those who sell any of the parts, and so may get a proposal for it, or have one."""
    return {supplier for (supplier,) in fetched(_SUPPLIERS_OF, {"parts": list(parts)})}


def lock_order(
    order_id: int, *, version: int | None = None, also_parts: Collection[int] = ()
) -> PurchaseOrder:
    """The order as it is now, locked, with the parts of its lines and `also_parts`.

    :raises OrderChangedError: if it is not at `version` any more
    """
    parts = _parts_of(order_id) | set(also_parts)
    lock_parts(parts)
    with prepared():
        supplier = PurchaseOrder.objects.values_list("supplier_id", flat=True).get(pk=order_id)
        lock_suppliers(suppliers_of(parts) | {supplier})
        order = (
            PurchaseOrder.objects.select_related("supplier", "destination")
            .select_for_update(of=("self",))
            .get(pk=order_id)
        )
    if (version is not None and order.version != version) or not _parts_of(order_id) <= parts:
        raise changed_meanwhile(order)
    return order


def _parts_of(order_id: int) -> set[int]:
    return {part for (part,) in fetched(_PARTS_OF, [order_id])}


def changed_meanwhile(order: PurchaseOrder) -> OrderChangedError:
    """What happened last, by whom and when."""
    last = order.events.select_related("actor").order_by("-pk").first()
    return OrderChangedError(
        _(
            "%(order)s was changed after you opened this page. Last: %(what)s, %(who)s, %(when)s. "
            "Nothing was recorded. Open the order and look at it again."
        )
        % {
            "order": order.number,
            "what": last.summary if last else "–",
            "who": name_of(last.actor if last else None),
            "when": localize(timezone.localtime(last.occurred_at)) if last else "–",
        }
    )


def name_of(person: User | None) -> str:
    """Who did it; nobody is the system itself."""
    return person.display_name if person else _("the system")
