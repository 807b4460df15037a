"""The pieces of recording: locks, repeated requests, checks, what is left where.

Everything here runs inside the transaction of a function of ``stock.services``.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from access.models import User
from catalog.models import Part, Tracking
from core import units
from core.errors import BusinessError
from core.numbers import plain
from core.text import fold
from stock.entries import Count, Line, Move, Posting
from stock.errors import (
    AlreadyCorrectedError,
    KeyReusedError,
    LotNeededError,
    NotAcceptedError,
    NotEnoughStockError,
    SerialTakenError,
    UnknownLotError,
)
from stock.models import Location, Lot, StockLevel, StockMovement
from stock.models.ledger import Kind

type Entry = tuple[str, Line, Location, Decimal]


@contextmanager
def naming_line(index: int) -> Iterator[None]:
    """An error raised within says which line of the request it is about."""
    try:
        yield
    except BusinessError as error:
        error.line = index
        raise


def one_request_at_a_time(key: uuid.UUID) -> None:
    """A repeated request waits for the first one, and then finds what it recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def lock(lines: Iterable[Line]) -> dict[int, Part]:
    return lock_parts({line.part.pk for line in lines})


def lock_parts(ids: Collection[int]) -> dict[int, Part]:
    locked = Part.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {part.pk: part for part in locked}


def earlier(key: uuid.UUID, signature: Sequence[Entry]) -> Posting | None:
    """What an earlier request with this key recorded, if it asked for the same."""
    done = list(
        StockMovement.objects.filter(idempotency_key=key).select_related("lot").order_by("line")
    )
    if not done:
        return None
    asked = [
        (kind, line.part.pk, location.pk, quantity) for kind, line, location, quantity in signature
    ]
    if asked != [(m.kind, m.part_id, m.location_id, m.quantity) for m in done]:
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
    for line, movement in enumerate(movements, start=1):
        movement.line = line
        movement.reason = reason
        movement.actor = by
        movement.occurred_at = at
        movement.idempotency_key = key
    return Posting(StockMovement.objects.bulk_create(movements))


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
    )


def with_other_sides(movements: Collection[StockMovement]) -> dict[int, StockMovement]:
    """The movements by id, with the other side of each transfer among them.

    A transfer's request may hold many lines; lines count from 1, and the two sides of one are
    neighbours: out is odd, in is even.
    """
    wanted = {movement.pk: movement for movement in movements}
    for movement in movements:
        if movement.kind == Kind.TRANSFER:
            other = movement.line + 1 if movement.line % 2 else movement.line - 1
            side = StockMovement.objects.get(
                idempotency_key=movement.idempotency_key, line=other, kind=Kind.TRANSFER
            )
            wanted[side.pk] = side
    return wanted


def check_reversible(movements: Iterable[StockMovement]) -> None:
    """Refuse what was reversed before, and reversals themselves."""
    for movement in movements:
        if movement.kind == Kind.CORRECTION:
            raise AlreadyCorrectedError(
                _("Movement #%(id)d is a correction itself. Record a new movement instead.")
                % {"id": movement.pk}
            )
        if hasattr(movement, "reversed_by"):
            raise AlreadyCorrectedError(
                _("Movement #%(id)d was corrected before, by #%(by)d. Nothing was recorded.")
                % {"id": movement.pk, "by": movement.reversed_by.pk}
            )


def check_quantity(part: Part, line: Line) -> None:
    if line.quantity <= 0:
        raise NotAcceptedError(
            _("%(part)s: the quantity must be more than 0.") % {"part": part.number}
        )
    if part.unit in units.WHOLE and line.quantity % 1:
        raise NotAcceptedError(
            _("%(part)s is counted in whole %(unit)s; %(quantity)s is not possible.")
            % {
                "part": part.number,
                "unit": part.get_unit_display(),
                "quantity": plain(line.quantity),
            }
        )
    if line.serial and line.quantity != 1:
        raise NotAcceptedError(
            _(
                "%(part)s: a serial number stands for exactly 1 item, not %(quantity)s. "
                "Enter one line for each serial number."
            )
            % {"part": part.number, "quantity": plain(line.quantity)}
        )


def check_open(location: Location) -> None:
    if not location.active:
        raise NotAcceptedError(
            _("%(location)s is inactive and takes no stock. Choose another location.")
            % {"location": location}
        )


def check_active(part: Part) -> None:
    if not part.active:
        raise NotAcceptedError(
            _("%(part)s is inactive and takes no receipts. Activate the part first.")
            % {"part": part}
        )


def check_moves(line: Move) -> None:
    if line.location == line.to:
        raise NotAcceptedError(
            _("%(location)s is both where the stock is and where it goes. Choose two locations.")
            % {"location": line.location}
        )


def check_serial_once(part: Part, line: Line, seen: set[tuple[int, str]]) -> None:
    """Two lines of one receipt cannot bring the same single item."""
    if not line.serial:
        return
    item = (part.pk, fold(line.serial))
    if item in seen:
        raise SerialTakenError(
            _("%(part)s: serial number %(serial)s is entered twice. Each item has its own.")
            % {"part": part.number, "serial": line.serial}
        )
    seen.add(item)


def check_tracking(part: Part, line: Line) -> None:
    if part.tracking == Tracking.LOT and not line.lot:
        raise LotNeededError(
            _("%(part)s is tracked by lot. Enter the lot.") % {"part": part.number}
        )
    if part.tracking == Tracking.SERIAL and not line.serial:
        raise LotNeededError(
            _(
                "%(part)s is tracked by serial number. Enter one line, with its serial number, "
                "for each item."
            )
            % {"part": part.number}
        )


def find_lot(part: Part, line: Line) -> Lot | None:
    lots = Lot.objects.filter(part=part)
    if line.serial:
        return lots.filter(serial__iexact=line.serial).first()
    return lots.filter(serial="", code__iexact=line.lot).first()


def lot_for_receipt(part: Part, line: Line) -> Lot | None:
    check_tracking(part, line)
    if not (line.lot or line.serial):
        return None
    lot = find_lot(part, line)
    if lot is None:
        return Lot.objects.create(part=part, code=line.lot, serial=line.serial)
    if line.serial:
        level = StockLevel.objects.filter(lot=lot, quantity__gt=0).select_related("location")
        if present := level.first():
            raise SerialTakenError(
                _(
                    "%(part)s with serial number %(serial)s is in stock already, at %(location)s. "
                    "Check the number; to move the item, use a transfer."
                )
                % {"part": part.number, "serial": line.serial, "location": present.location}
            )
    return lot


def lot_to_take(part: Part, line: Line) -> Lot | None:
    check_tracking(part, line)
    if not (line.lot or line.serial):
        return None
    lot = find_lot(part, line)
    if lot is None:
        raise UnknownLotError(
            _("%(part)s has no %(lot)s. In stock at %(location)s: %(there)s.")
            % {
                "part": part.number,
                "lot": line.serial or line.lot,
                "location": line.location,
                "there": what_is_there(part, line.location),
            }
        )
    return lot


def what_is_there(part: Part, location: Location) -> str:
    levels = (
        StockLevel.objects.filter(part=part, location=location, quantity__gt=0)
        .select_related("lot")
        .order_by("lot__code", "lot__serial")[:10]
    )
    return ", ".join(
        f"{level.lot or _('without lot')} ({plain(level.quantity)})" for level in levels
    ) or _("nothing")


class Available:
    """What is left at each place while the lines of one request take from it."""

    def __init__(self, parts: dict[int, Part]) -> None:
        self._left = {
            (level.part_id, level.location_id, level.lot_id): level.quantity
            for level in StockLevel.objects.filter(part__in=parts)
        }

    def put(self, part: Part, location: Location, lot: Lot | None, quantity: Decimal) -> None:
        place = (part.pk, location.pk, lot.pk if lot else None)
        self._left[place] = self._left.get(place, Decimal(0)) + quantity

    def take(self, part: Part, location: Location, lot: Lot | None, quantity: Decimal) -> None:
        place = (part.pk, location.pk, lot.pk if lot else None)
        left = self._left.get(place, Decimal(0))
        if quantity > left:
            raise NotEnoughStockError(
                _(
                    "Not enough %(part)s%(lot)s at %(location)s: %(asked)s asked for, "
                    "%(left)s there. Nothing was recorded. In stock there: %(there)s."
                )
                % {
                    "part": part.number,
                    "lot": f" ({lot})" if lot else "",
                    "location": location,
                    "asked": plain(quantity),
                    "left": plain(left),
                    "there": what_is_there(part, location),
                }
            )
        self._left[place] = left - quantity


def levels_at(location: Location, counts: Sequence[Count]) -> list[Decimal]:
    levels = {
        (level.part_id, level.lot_id): level.quantity
        for level in StockLevel.objects.filter(
            location=location, part__in={count.part.pk for count in counts}
        )
    }
    return [
        levels.get((count.part.pk, count.lot.pk if count.lot else None), Decimal(0))
        for count in counts
    ]
