"""How the ledger is written: locks, repeated requests, and the movements themselves.

Everything here runs inside the transaction of a function of ``stock.services``.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from catalog.models import Part
from core.text import fold
from purchasing.reorder.evaluation import reorder_locked
from stock.entries import Count, Line, Posting
from stock.errors import KeyReusedError, NotAcceptedError
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake
from stock.models.ledger import Kind
from stock.rules import check_same_unit, check_serials, check_time, naming_line, place_of

type Entry = tuple[str, Line, Location, Decimal]


def one_request_at_a_time(key: uuid.UUID) -> None:
    """A repeated request waits for the first one, and then finds what it recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def lock(entries: Sequence[Line | Count]) -> dict[int, Part]:
    """The parts as they are now, locked; they must still be what the user saw."""
    if not entries:
        raise NotAcceptedError(_("Nothing was entered. Enter at least one line."))
    parts = lock_parts({entry.part.pk for entry in entries})
    for index, entry in enumerate(entries):
        with naming_line(index):
            check_same_unit(parts.get(entry.part.pk), entry.part)
    return parts


def earlier(key: uuid.UUID, signature: Sequence[Entry]) -> Posting | None:
    """What an earlier request with this key recorded, if it asked for the same.

    Reason and time describe an entry and do not tell it from another one.
    """
    done = list(
        StockMovement.objects.filter(idempotency_key=key).select_related("lot").order_by("line")
    )
    if not done:
        return None
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
    posting = Posting(StockMovement.objects.bulk_create(movements))
    reorder_locked({movement.part_id for movement in movements}, at=timezone.now())
    return posting


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
