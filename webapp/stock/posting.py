"""How the ledger is written: repeated requests, and the movements themselves.

Everything here runs inside the transaction of a function of ``stock.services``.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from core.text import fold
from purchasing.reorder.evaluation import is_short, reorder_locked
from stock.beginning import Begun
from stock.entries import Count, Line, Posting
from stock.errors import KeyReusedError
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake
from stock.models.ledger import Kind
from stock.rules import check_serials, check_time, place_of

type Entry = tuple[str, Line, Location, Decimal]

# The database gives the key and the time of recording.
_GIVEN = [
    field
    for field in StockMovement._meta.concrete_fields
    if not field.primary_key and field.name != "posted_at"
]
_ATTRIBUTES = [field.attname for field in _GIVEN]
_COLUMNS = ", ".join(field.column or "" for field in _GIVEN)
_INSERT = f"INSERT INTO stock_stockmovement ({_COLUMNS}) VALUES"
_ROW = f"({', '.join(['%s'] * len(_GIVEN))})"


def one_request_at_a_time(key: uuid.UUID) -> None:
    """A repeated request waits for the first one, and then finds what it recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def earlier(key: uuid.UUID, signature: Sequence[Entry]) -> Posting:
    """What an earlier request with this key recorded, if it asked for the same.

    Reason and time describe an entry and do not tell it from another one.
    """
    done = list(
        StockMovement.objects.filter(idempotency_key=key).select_related("lot").order_by("line")
    )
    asked = [
        (kind, line.part.pk, location.pk, quantity, fold(line.item), line.unit_cost)
        for kind, line, location, quantity in signature
    ]
    recorded = [
        (
            m.kind,
            m.part_id,
            m.location_id,
            m.quantity,
            fold(m.lot.item if m.lot else ""),
            m.unit_cost,
        )
        for m in done
    ]
    if asked != recorded:
        raise key_reused()
    return Posting(done, repeated=True)


def earlier_stocktake(
    key: uuid.UUID, location: Location, counts: Sequence[Count]
) -> Posting | None:
    """What an earlier request with this key recorded, if it was the same count."""
    done = list(StockMovement.objects.filter(idempotency_key=key).order_by("line"))
    stocktake = Stocktake.objects.filter(idempotency_key=key).first()
    if stocktake is None:
        if done:
            raise key_reused()
        return None
    recorded = {(line.part_id, line.lot_id): line.counted for line in stocktake.lines.all()}
    asked = {place_of(count): count.counted for count in counts}
    if (stocktake.location_id, recorded) != (location.pk, asked):
        raise key_reused()
    return Posting(done, repeated=True)


def key_reused() -> KeyReusedError:
    return KeyReusedError(
        _(
            "This page was used for another entry already. Nothing was recorded. "
            "Open the page afresh and enter it again."
        )
    )


def post(
    movements: Sequence[StockMovement],
    begun: Begun,
    *,
    reason: str,
    by: User | None,
    at: datetime,
    key: uuid.UUID,
) -> Posting:
    """Write the movements, and propose orders for the parts that fell short by them."""
    check_time(at)
    check_serials(movements)
    for line, movement in enumerate(movements, start=1):
        movement.line = line
        movement.reason = reason
        movement.actor = by
        movement.occurred_at = at
        movement.idempotency_key = key
    _write(movements)
    if parts := _parts_to_look_at(movements, begun):
        reorder_locked(parts, at=timezone.now())
    return Posting(movements)


def _write(movements: Sequence[StockMovement]) -> None:
    """What ``bulk_create`` does, without building the same statement anew for each request."""
    if not movements:
        return
    values = [getattr(movement, name) for movement in movements for name in _ATTRIBUTES]
    rows = ", ".join([_ROW] * len(movements))
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} {rows} RETURNING id, posted_at", values)
        for movement, (pk, posted_at) in zip(movements, cursor.fetchall(), strict=True):
            movement.pk, movement.posted_at = pk, posted_at
            movement._state.adding = False  # noqa: SLF001 - how Django tells what is stored
            movement._state.db = connection.alias  # noqa: SLF001


def _parts_to_look_at(movements: Sequence[StockMovement], begun: Begun) -> set[int]:
    """Those that the movements bring into question; of most nothing has to be asked."""
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for movement in movements:
        moved[movement.part_id] += movement.quantity
    return {
        pk
        for pk, quantity in moved.items()
        if pk in begun.proposed
        or is_short(begun.parts[pk], on_hand=begun.parts[pk].on_hand + quantity)
    }


def movement(
    kind: Kind, line: Line, lot: Lot | None, quantity: Decimal, location: Location
) -> StockMovement:
    return StockMovement(
        kind=kind,
        part=line.part,
        location=location,
        lot=lot,
        quantity=quantity,
        unit_cost=line.unit_cost,
        currency=line.currency if line.unit_cost is not None else "",
        receipt_line_id=line.receipt_line,
    )


def levels_at(location: Location, counts: Sequence[Count]) -> list[Decimal]:
    levels = {
        (level.part_id, level.lot_id): level.quantity
        for level in StockLevel.objects.filter(
            location=location, part__in={count.part.pk for count in counts}
        )
    }
    return [levels.get(place_of(count), Decimal(0)) for count in counts]
