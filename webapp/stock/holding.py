"""What lies where, for the hint beside a line while it is typed.

By one statement, asked as text: it is asked for with every part that somebody chooses.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from core.models import path_shown
from core.rows import fetched
from core.units import unit_shown
from stock.places import Reach

MOST_PLACES = 30


class Place(NamedTuple):
    """How much of a lot lies at a location."""

    location: int
    location_shown: str
    lot: str
    serial: str
    quantity: Decimal


class Holding(NamedTuple):
    """A part, and the places that hold it, fullest first."""

    unit: str
    tracking: str
    on_hand: Decimal
    places: list[Place]


_HOLDING = """
    SELECT p.unit, p.tracking, p.on_hand,
           s.location_id, s.path, s.path_ja, s.name_ja, s.name_en, l.code, l.serial, s.quantity
    FROM catalog_part p
    LEFT JOIN (
        SELECT s.id, s.location_id, s.lot_id, s.quantity,
               place.path, place.path_ja, place.name_ja, place.name_en
        FROM stock_stocklevel s JOIN stock_location place ON place.id = s.location_id
        WHERE s.part_id = %(part)s AND s.quantity > 0 {within}
        ORDER BY s.quantity DESC, s.id LIMIT %(most)s
    ) s ON true
    LEFT JOIN stock_lot l ON l.id = s.lot_id
    WHERE p.id = %(part)s ORDER BY s.quantity DESC, s.id
"""
_WITHIN = """AND (place.id = ANY(%(roots)s::bigint[]) OR EXISTS (
    SELECT 1 FROM unnest(%(paths)s::text[]) AS root (path)
    WHERE starts_with(place.path, root.path || '/')
))"""


def holding_of(part_id: int, *, reach: Reach) -> Holding | None:
    """Of the places that the person works at, as each can be taken over into the line; None for
    a part that does not exist."""
    told: dict[str, Any] = {
        "part": part_id,
        "most": MOST_PLACES,
        "roots": [root.pk for root in reach.roots],
        "paths": [root.path for root in reach.roots],
    }
    rows = fetched(_HOLDING.format(within=_WITHIN if reach.is_limited else ""), told)
    if not rows:
        return None
    unit, tracking, on_hand = rows[0][:3]
    places = [
        Place(
            location=row[3],
            location_shown=path_shown(*row[4:8]),
            lot=row[8] or "",
            serial=row[9] or "",
            quantity=row[10],
        )
        for row in rows
        if row[3] is not None
    ]
    return Holding(unit_shown(unit), tracking, on_hand, places)
