"""Recording stock: receive, issue, transfer, stocktake, correct.

Each function is one transaction, is safe to repeat with the same `key`, and returns the
movements. Parts are locked in the order of their keys before anything is read, so that what
is checked here still holds when it is written; the database checks it all once more.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from access.models import User
from catalog.models import Part, Tracking
from core.errors import BusinessError
from core.numbers import plain
from core.text import fold
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake, StocktakeLine
from stock.models.ledger import Kind


class NotEnoughStockError(BusinessError):
    """Fewer are there than are asked for."""


class LotNeededError(BusinessError):
    """The part is tracked, and the line does not name its lot or serial number."""


class UnknownLotError(BusinessError):
    """The lot or serial number to take from does not exist."""


class SerialTakenError(BusinessError):
    """The item with this serial number is in stock already."""


class NotAcceptedError(BusinessError):
    """The part, the location or the quantity does not allow what was asked for."""


class KeyReusedError(BusinessError):
    """The key of an earlier request came with a different request."""


class AlreadyCorrectedError(BusinessError):
    """The movement was reversed before, or is a reversal itself."""


class CountOutdatedError(BusinessError):
    """Stock moved between the count and its posting.

    `current` maps (part id, lot id) of each outdated line to what the books say now.
    """

    def __init__(self, message: str, current: dict[tuple[int, int | None], Decimal]) -> None:
        super().__init__(message)
        self.current = current


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a page asks for: so many of a part at a location. `quantity` is positive."""

    part: Part
    location: Location
    quantity: Decimal
    lot: str = ""
    serial: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Move(Line):
    """A line of a transfer: from `location` into `to`."""

    to: Location


@dataclass(frozen=True, kw_only=True)
class Count:
    """A line of a stocktake: `counted` of a part (and lot) where the books said `expected`."""

    part: Part
    expected: Decimal
    counted: Decimal
    lot: Lot | None = None


@dataclass(frozen=True)
class Posting:
    """What a service did: its movements, and whether an earlier request had recorded them."""

    movements: Sequence[StockMovement]
    repeated: bool = False


@transaction.atomic
def receive(
    *, lines: Sequence[Line], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Put stock into locations; lots and serial numbers that are new are made.

    :raises NotAcceptedError: if a part or location is inactive, or a quantity is not positive
    :raises LotNeededError, SerialTakenError: if tracking asks for what the line does not give
    """
    _one_request_at_a_time(key)
    parts = _lock(lines)
    signature = [(Kind.RECEIPT, line, line.location, line.quantity) for line in lines]
    if earlier := _earlier(key, signature):
        return earlier
    movements = []
    serials: set[tuple[int, str]] = set()
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with _naming_line(index):
            _check_quantity(part, line)
            _check_active(part)
            _check_open(line.location)
            _check_serial_once(part, line, serials)
            lot = _lot_for_receipt(part, line)
        movements.append(_movement(Kind.RECEIPT, line, lot, line.quantity, line.location))
    return _post(movements, reason=reason, by=by, at=at, key=key)


@transaction.atomic
def issue(
    *, lines: Sequence[Line], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Take stock out of locations.

    :raises NotEnoughStockError: if a location holds fewer than asked for
    :raises LotNeededError, UnknownLotError: if the line does not say which lot
    """
    _one_request_at_a_time(key)
    parts = _lock(lines)
    signature = [(Kind.ISSUE, line, line.location, -line.quantity) for line in lines]
    if earlier := _earlier(key, signature):
        return earlier
    there = _Available(parts)
    movements = []
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with _naming_line(index):
            _check_quantity(part, line)
            lot = _lot_to_take(part, line)
            there.take(part, line.location, lot, line.quantity)
        movements.append(_movement(Kind.ISSUE, line, lot, -line.quantity, line.location))
    return _post(movements, reason=reason, by=by, at=at, key=key)


@transaction.atomic
def transfer(
    *, lines: Sequence[Move], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Move stock from one location into another; both or neither.

    :raises NotEnoughStockError: if a location holds fewer than asked for
    :raises NotAcceptedError: if both locations are the same, or the second is inactive
    """
    _one_request_at_a_time(key)
    parts = _lock(lines)
    signature = [
        entry
        for line in lines
        for entry in (
            (Kind.TRANSFER, line, line.location, -line.quantity),
            (Kind.TRANSFER, line, line.to, line.quantity),
        )
    ]
    if earlier := _earlier(key, signature):
        return earlier
    there = _Available(parts)
    movements = []
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with _naming_line(index):
            _check_quantity(part, line)
            _check_open(line.to)
            _check_moves(line)
            lot = _lot_to_take(part, line)
            there.take(part, line.location, lot, line.quantity)
            there.put(part, line.to, lot, line.quantity)
        movements.append(_movement(Kind.TRANSFER, line, lot, -line.quantity, line.location))
        movements.append(_movement(Kind.TRANSFER, line, lot, line.quantity, line.to))
    return _post(movements, reason=reason, by=by, at=at, key=key)


@transaction.atomic
def post_stocktake(
    *,
    location: Location,
    counts: Sequence[Count],
    reason: str,
    by: User | None,
    at: datetime,
    key: uuid.UUID,
) -> Posting:
    """Record a count, and movements for what differs from the books.

    :raises CountOutdatedError: if stock of a counted part moved since `expected` was read;
        nothing is recorded, and the error carries what the books say now
    """
    _one_request_at_a_time(key)
    if Stocktake.objects.filter(idempotency_key=key).exists():
        return Posting(
            list(StockMovement.objects.filter(idempotency_key=key).order_by("line")), repeated=True
        )
    _lock_parts({count.part.pk for count in counts})
    current = _levels_at(location, counts)
    outdated = {
        (count.part.pk, count.lot.pk if count.lot else None): level
        for count, level in zip(counts, current, strict=True)
        if level != count.expected
    }
    if outdated:
        raise CountOutdatedError(
            _(
                "Stock moved while you counted: %(count)d lines differ from what the books said "
                "when you began. Nothing was recorded. Look at the marked lines, count them again "
                "where needed, and post once more."
            )
            % {"count": len(outdated)},
            outdated,
        )
    stocktake = Stocktake.objects.create(
        location=location, reason=reason, actor=by, occurred_at=at, idempotency_key=key
    )
    StocktakeLine.objects.bulk_create(
        StocktakeLine(
            stocktake=stocktake,
            part=count.part,
            lot=count.lot,
            expected=count.expected,
            counted=count.counted,
        )
        for count in counts
    )
    movements = [
        StockMovement(
            kind=Kind.STOCKTAKE,
            part=count.part,
            location=location,
            lot=count.lot,
            quantity=count.counted - count.expected,
            stocktake=stocktake,
        )
        for count in counts
        if count.counted != count.expected
    ]
    return _post(movements, reason=reason, by=by, at=at, key=key)


@transaction.atomic
def correct(
    *,
    movements: Collection[StockMovement],
    reason: str,
    by: User | None,
    at: datetime,
    key: uuid.UUID,
) -> Posting:
    """Reverse movements; of a transfer both sides.

    :raises AlreadyCorrectedError: if one was reversed before, or is a reversal itself
    :raises NotEnoughStockError: if what was put in has left the location since
    """
    _one_request_at_a_time(key)
    chosen = StockMovement.objects.filter(pk__in=[movement.pk for movement in movements])
    transfers = [m.idempotency_key for m in chosen if m.kind == Kind.TRANSFER]
    siblings = StockMovement.objects.filter(
        kind=Kind.TRANSFER,
        idempotency_key__in=transfers,
    )
    wanted = {m.pk: m for m in chosen}
    # A transfer's request may hold many lines; each line's two sides are neighbours.
    for sibling in siblings:
        for movement in [m for m in chosen if m.kind == Kind.TRANSFER]:
            if sibling.idempotency_key == movement.idempotency_key and sibling.line == _other_side(
                movement.line
            ):
                wanted[sibling.pk] = sibling
    _lock_parts({movement.part_id for movement in wanted.values()})
    to_reverse = list(
        StockMovement.objects.filter(pk__in=wanted)
        .select_related("part", "location", "lot", "reversed_by")
        .order_by("pk")
    )
    done = list(StockMovement.objects.filter(idempotency_key=key).order_by("line"))
    if done:
        if {m.reverses_id for m in done} != set(wanted):
            raise _key_reused()
        return Posting(done, repeated=True)
    there = _Available({m.part_id: m.part for m in to_reverse})
    for movement in to_reverse:
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
        if movement.quantity < 0:
            there.put(movement.part, movement.location, movement.lot, -movement.quantity)
    for movement in to_reverse:
        if movement.quantity > 0:
            there.take(movement.part, movement.location, movement.lot, movement.quantity)
    return _post(
        [
            StockMovement(
                kind=Kind.CORRECTION,
                part=m.part,
                location=m.location,
                lot=m.lot,
                quantity=-m.quantity,
                reverses=m,
            )
            for m in to_reverse
        ],
        reason=reason,
        by=by,
        at=at,
        key=key,
    )


# --- Pieces -----------------------------------------------------------------------------------

type _Entry = tuple[str, Line, Location, Decimal]


@contextmanager
def _naming_line(index: int) -> Iterator[None]:
    """An error raised within says which line of the request it is about."""
    try:
        yield
    except BusinessError as error:
        error.line = index
        raise


def _one_request_at_a_time(key: uuid.UUID) -> None:
    """A repeated request waits for the first one, and then finds what it recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def _lock(lines: Iterable[Line]) -> dict[int, Part]:
    return _lock_parts({line.part.pk for line in lines})


def _lock_parts(ids: Collection[int]) -> dict[int, Part]:
    locked = Part.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {part.pk: part for part in locked}


def _earlier(key: uuid.UUID, signature: Sequence[_Entry]) -> Posting | None:
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
        raise _key_reused()
    return Posting(done, repeated=True)


def _key_reused() -> KeyReusedError:
    return KeyReusedError(
        _(
            "This page was used for another entry already. Nothing was recorded. "
            "Open the page afresh and enter it again."
        )
    )


def _post(
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


def _movement(
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


def _other_side(line: int) -> int:
    """Lines count from 1, and a transfer writes its two sides one after the other."""
    return line + 1 if line % 2 else line - 1


def _check_quantity(part: Part, line: Line) -> None:
    if line.quantity <= 0:
        raise NotAcceptedError(
            _("%(part)s: the quantity must be more than 0.") % {"part": part.number}
        )
    if line.serial and line.quantity != 1:
        raise NotAcceptedError(
            _(
                "%(part)s: a serial number stands for exactly 1 item, not %(quantity)s. "
                "Enter one line for each serial number."
            )
            % {"part": part.number, "quantity": plain(line.quantity)}
        )


def _check_open(location: Location) -> None:
    if not location.active:
        raise NotAcceptedError(
            _("%(location)s is inactive and takes no stock. Choose another location.")
            % {"location": location}
        )


def _check_active(part: Part) -> None:
    if not part.active:
        raise NotAcceptedError(
            _("%(part)s is inactive and takes no receipts. Activate the part first.")
            % {"part": part}
        )


def _check_moves(line: Move) -> None:
    if line.location == line.to:
        raise NotAcceptedError(
            _("%(location)s is both where the stock is and where it goes. Choose two locations.")
            % {"location": line.location}
        )


def _check_serial_once(part: Part, line: Line, seen: set[tuple[int, str]]) -> None:
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


def _check_tracking(part: Part, line: Line) -> None:
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


def _find_lot(part: Part, line: Line) -> Lot | None:
    lots = Lot.objects.filter(part=part)
    if line.serial:
        return lots.filter(serial__iexact=line.serial).first()
    return lots.filter(serial="", code__iexact=line.lot).first()


def _lot_for_receipt(part: Part, line: Line) -> Lot | None:
    _check_tracking(part, line)
    if not (line.lot or line.serial):
        return None
    lot = _find_lot(part, line)
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


def _lot_to_take(part: Part, line: Line) -> Lot | None:
    _check_tracking(part, line)
    if not (line.lot or line.serial):
        return None
    lot = _find_lot(part, line)
    if lot is None:
        raise UnknownLotError(
            _("%(part)s has no %(lot)s. In stock at %(location)s: %(there)s.")
            % {
                "part": part.number,
                "lot": line.serial or line.lot,
                "location": line.location,
                "there": _what_is_there(part, line.location),
            }
        )
    return lot


def _what_is_there(part: Part, location: Location) -> str:
    levels = (
        StockLevel.objects.filter(part=part, location=location, quantity__gt=0)
        .select_related("lot")
        .order_by("lot__code", "lot__serial")[:10]
    )
    return ", ".join(
        f"{level.lot or _('without lot')} ({plain(level.quantity)})" for level in levels
    ) or _("nothing")


class _Available:
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
                    "there": _what_is_there(part, location),
                }
            )
        self._left[place] = left - quantity


def _levels_at(location: Location, counts: Sequence[Count]) -> list[Decimal]:
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
