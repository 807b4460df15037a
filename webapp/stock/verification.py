"""The proof: what was recorded, added up, equals every level and every total.

Movements make the levels and what parts have on hand, receipts make what order lines received,
open lines make what parts have on order. One statement sees one moment of the database, so that
what is recorded meanwhile does not show as a difference.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from access.models import User
from stock.models import LedgerVerification

MOST_DIFFERENCES_KEPT = 100

_DIFFERENCES = """
WITH summed AS (
    SELECT part_id, location_id, lot_id, sum(quantity) AS quantity
    FROM stock_stockmovement GROUP BY part_id, location_id, lot_id
), level_differences AS (
    SELECT coalesce(s.part_id, l.part_id) AS part_id,
           coalesce(s.location_id, l.location_id) AS location_id,
           coalesce(s.lot_id, l.lot_id) AS lot_id,
           coalesce(l.quantity, 0) AS stored, coalesce(s.quantity, 0) AS added_up
    FROM summed s FULL JOIN stock_stocklevel l
      ON l.part_id = s.part_id AND l.location_id = s.location_id
     AND coalesce(l.lot_id, 0) = coalesce(s.lot_id, 0)
    WHERE coalesce(l.quantity, 0) <> coalesce(s.quantity, 0)
), totals AS (
    SELECT part_id, sum(quantity) AS quantity FROM summed GROUP BY part_id
), total_differences AS (
    SELECT p.id AS part_id, p.on_hand AS stored, coalesce(t.quantity, 0) AS added_up
    FROM catalog_part p LEFT JOIN totals t ON t.part_id = p.id
    WHERE p.on_hand <> coalesce(t.quantity, 0)
), awaited AS (
    SELECT l.part_id, sum(l.outstanding) AS quantity
    FROM purchasing_orderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id
    WHERE l.outstanding > 0 AND o.state IN ('approved', 'ordered', 'partial')
    GROUP BY l.part_id
), on_order_differences AS (
    SELECT p.id AS part_id, p.on_order AS stored, coalesce(a.quantity, 0) AS added_up
    FROM catalog_part p LEFT JOIN awaited a ON a.part_id = p.id
    WHERE p.on_order <> coalesce(a.quantity, 0)
), arrived AS (
    SELECT order_line_id, sum(quantity) AS quantity
    FROM purchasing_goodsreceiptline GROUP BY order_line_id
), received_differences AS (
    SELECT l.part_id, l.id AS line_id, l.received AS stored, coalesce(a.quantity, 0) AS added_up
    FROM purchasing_orderline l LEFT JOIN arrived a ON a.order_line_id = l.id
    WHERE l.received <> coalesce(a.quantity, 0)
), differences AS (
    SELECT 'level' AS what, part_id, location_id, lot_id, NULL::bigint AS line_id, stored, added_up
    FROM level_differences
    UNION ALL
    SELECT 'total', part_id, NULL, NULL, NULL, stored, added_up FROM total_differences
    UNION ALL
    SELECT 'on order', part_id, NULL, NULL, NULL, stored, added_up FROM on_order_differences
    UNION ALL
    SELECT 'received', part_id, NULL, NULL, line_id, stored, added_up FROM received_differences
)
SELECT d.what, p.number, o.path, l.code, l.serial, r.number || ' #' || n.position,
       d.stored, d.added_up, count(*) OVER () AS differences
FROM differences d
JOIN catalog_part p ON p.id = d.part_id
LEFT JOIN stock_location o ON o.id = d.location_id
LEFT JOIN stock_lot l ON l.id = d.lot_id
LEFT JOIN purchasing_orderline n ON n.id = d.line_id
LEFT JOIN purchasing_purchaseorder r ON r.id = n.order_id
ORDER BY p.number, o.path NULLS FIRST, l.code, l.serial, d.what, r.number, n.position LIMIT %s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM stock_stockmovement), (SELECT count(*) FROM stock_stocklevel)
"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A level or total that is not the sum of what was recorded.

    `what` is *level*, *total*, *on order* or *received*; of the last, `order` is the line, and
    the quantities count its packs.
    """

    what: str
    part: str
    location: str
    lot: str
    serial: str
    order: str
    stored: Decimal
    added_up: Decimal


def find_differences() -> tuple[list[Difference], int]:
    """The first differences, and how many there are in all."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, [MOST_DIFFERENCES_KEPT])
        rows = cursor.fetchall()
    differences = [
        Difference(
            what=what,
            part=part,
            location=location or "",
            lot=lot or "",
            serial=serial or "",
            order=order or "",
            stored=stored,
            added_up=added_up,
        )
        for what, part, location, lot, serial, order, stored, added_up, _count in rows
    ]
    return differences, rows[0][-1] if rows else 0


@transaction.atomic
def verify_ledger(*, by: User | None) -> LedgerVerification:
    """Compare everything, keep the result, return it."""
    started = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        movements, levels = cursor.fetchone()
    differences, count = find_differences()
    return LedgerVerification.objects.create(
        started_at=started,
        finished_at=timezone.now(),
        movements=movements,
        levels=levels,
        differences=[
            {name: str(value) for name, value in asdict(difference).items()}
            for difference in differences
        ],
        difference_count=count,
        actor=by,
    )
