"""The rows of the cards, asked as text and kept as rows: everybody begins with this page.

They name what is shown, in the user's language, and nothing else: what a card is made of is the
key under which it is kept.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from access.models import who_shown
from catalog.models import StockStatus
from core.models import either, path_shown
from core.rows import fetched
from core.units import unit_shown
from purchasing.models.order import is_late
from purchasing.states import RECEIVABLE
from stock.models.ledger import Kind

NEEDED = 10
LATEST = 10
DELIVERIES = 8


class NeededPart(NamedTuple):
    """A part that is low or out."""

    pk: int
    number: str
    name: str
    unit: str
    status: str
    status_shown: str
    on_hand: Decimal
    on_order: Decimal
    reorder_point: Decimal


class LatestMovement(NamedTuple):
    """One movement, as it is told to people; `who` is empty where it was the system."""

    pk: int
    occurred_at: datetime
    who: str
    part_id: int
    part_number: str
    part_name: str
    unit: str
    quantity: Decimal
    kind: str
    location: str
    reason: str


class Delivery(NamedTuple):
    """A placed order that is expected."""

    pk: int
    number: str
    supplier: str
    expected_on: date
    is_late: bool


# First what is out and needed, then what is scarcest against its reorder point; what is out and
# has no reorder point comes last, because nobody said that it is needed.
_URGENT = (
    "status = 'out' AND reorder_point > 0 ORDER BY number",
    "status = 'low' ORDER BY on_hand / reorder_point, number",
    "status = 'out' AND reorder_point = 0 ORDER BY number",
)
_NEEDED = """
    SELECT id, number, name_ja, name_en, unit, status, on_hand, on_order, reorder_point
    FROM catalog_part WHERE active AND {urgent} LIMIT {most}
"""
_LATEST = f"""
    SELECT m.id, m.occurred_at, u.last_name, u.first_name, u.username,
           m.part_id, p.number, p.name_ja, p.name_en, p.unit, m.quantity, m.kind,
           l.path, l.path_ja, l.name_ja, l.name_en, m.reason
    FROM (SELECT * FROM stock_stockmovement ORDER BY id DESC LIMIT {LATEST}) m
    JOIN catalog_part p ON p.id = m.part_id
    JOIN stock_location l ON l.id = m.location_id
    LEFT JOIN access_user u ON u.id = m.actor_id
    ORDER BY m.id DESC
"""  # noqa: S608 - a number of ours
_AWAITED = ", ".join([f"'{state}'" for state in RECEIVABLE])
_DELIVERIES = f"""
    SELECT o.id, o.number, s.name, o.expected_on, o.state
    FROM purchasing_purchaseorder o JOIN catalog_supplier s ON s.id = o.supplier_id
    WHERE o.state IN ({_AWAITED}) AND o.expected_on IS NOT NULL
    ORDER BY o.expected_on, o.id LIMIT {DELIVERIES}
"""  # noqa: S608 - states and a number of ours


def needed_parts() -> Sequence[NeededPart]:
    """The most urgent of what is low or out.

    Asked one after the other, and only while there is room: the first is answered by the index
    on the status, where one order for all would sort every part that is low or out.
    """
    found: list[NeededPart] = []
    for urgent in _URGENT:
        found += [
            NeededPart(
                pk=row[0],
                number=row[1],
                name=either(row[2], row[3]),
                unit=unit_shown(row[4]),
                status=row[5],
                status_shown=str(StockStatus(row[5]).label),
                on_hand=row[6],
                on_order=row[7],
                reorder_point=row[8],
            )
            for row in fetched(_NEEDED.format(urgent=urgent, most=NEEDED - len(found)))
        ]
        if len(found) == NEEDED:
            break
    return found


def latest_movements() -> Sequence[LatestMovement]:
    """What was recorded last."""
    return [
        LatestMovement(
            pk=row[0],
            occurred_at=row[1],
            who=who_shown(*row[2:5]),
            part_id=row[5],
            part_number=row[6],
            part_name=either(row[7], row[8]),
            unit=unit_shown(row[9]),
            quantity=row[10],
            kind=str(Kind(row[11]).label),
            location=path_shown(*row[12:16]),
            reason=row[16],
        )
        for row in fetched(_LATEST)
    ]


def next_deliveries() -> Sequence[Delivery]:
    """Placed orders by the day on which they are expected, the late ones first."""
    return [
        Delivery(
            pk=row[0],
            number=row[1],
            supplier=row[2],
            expected_on=row[3],
            is_late=is_late(row[4], row[3]),
        )
        for row in fetched(_DELIVERIES)
    ]
