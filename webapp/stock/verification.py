"""The proof: the sum of the movements equals every level and every total.

One statement sees one moment of the database, so that movements recorded meanwhile do not
show as differences.
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
           coalesce(l.quantity, 0) AS stored, coalesce(s.quantity, 0) AS by_movements
    FROM summed s FULL JOIN stock_stocklevel l
      ON l.part_id = s.part_id AND l.location_id = s.location_id
     AND coalesce(l.lot_id, 0) = coalesce(s.lot_id, 0)
    WHERE coalesce(l.quantity, 0) <> coalesce(s.quantity, 0)
), totals AS (
    SELECT part_id, sum(quantity) AS quantity FROM summed GROUP BY part_id
), total_differences AS (
    SELECT p.id AS part_id, p.on_hand AS stored, coalesce(t.quantity, 0) AS by_movements
    FROM catalog_part p LEFT JOIN totals t ON t.part_id = p.id
    WHERE p.on_hand <> coalesce(t.quantity, 0)
), differences AS (
    SELECT 'level' AS what, * FROM level_differences
    UNION ALL
    SELECT 'total', part_id, NULL, NULL, stored, by_movements FROM total_differences
)
SELECT d.what, p.number, o.path, l.code, l.serial, d.stored, d.by_movements,
       count(*) OVER () AS differences
FROM differences d
JOIN catalog_part p ON p.id = d.part_id
LEFT JOIN stock_location o ON o.id = d.location_id
LEFT JOIN stock_lot l ON l.id = d.lot_id
ORDER BY p.number, o.path NULLS FIRST, l.code, l.serial LIMIT %s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM stock_stockmovement), (SELECT count(*) FROM stock_stocklevel)
"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A level or total that is not the sum of its movements."""

    what: str
    part: str
    location: str
    lot: str
    serial: str
    stored: Decimal
    by_movements: Decimal


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
            stored=stored,
            by_movements=by_movements,
        )
        for what, part, location, lot, serial, stored, by_movements, _count in rows
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
