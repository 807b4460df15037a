"""The rules of recording: what is refused, and what is left where.

Everything here runs inside the transaction of a function of ``stock.services``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from catalog.models import Part, Tracking
from core import units
from core.errors import BusinessError
from core.numbers import LARGEST, MOST_DECIMALS, plain
from core.text import fold
from stock.available import what_is_there
from stock.entries import Count, Line, Move
from stock.errors import (
    AlreadyCorrectedError,
    LotNeededError,
    NotAcceptedError,
    SerialTakenError,
    UnknownLotError,
)
from stock.models import Location, Lot, StockLevel, StockMovement
from stock.models.ledger import CLOCK_TOLERANCE, Kind


@contextmanager
def naming_line(index: int) -> Iterator[None]:
    """An error raised within says which line of the request it is about."""
    try:
        yield
    except BusinessError as error:
        error.line = index
        raise


def check_same_unit(now: Part | None, seen: Part) -> None:
    """A quantity was entered in the unit that the page showed."""
    if now is None:
        raise NotAcceptedError(
            _("%(part)s was deleted meanwhile. Nothing was recorded.") % {"part": seen.number}
        )
    if now.unit != seen.unit:
        raise NotAcceptedError(
            _(
                "The unit of %(part)s changed meanwhile, from %(before)s to %(now)s. Nothing was "
                "recorded. Check the quantity and record it again."
            )
            % {
                "part": now.number,
                "before": seen.get_unit_display(),
                "now": now.get_unit_display(),
            }
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
        if lacks_lot(movement.part, movement.lot):
            raise LotNeededError(
                _(
                    "Movement #%(id)d was recorded before %(part)s was tracked, and names no lot "
                    "or serial number. Record a new movement instead."
                )
                % {"id": movement.pk, "part": movement.part.number}
            )


def check_receipts(movements: Iterable[StockMovement], lines: Mapping[int, int]) -> None:
    """What a goods receipt brought is reversed with the receipt: its order must know."""
    for movement in movements:
        if movement.receipt_line and movement.pk not in lines:
            raise NotAcceptedError(
                _(
                    "Movement #%(id)d was recorded by goods receipt %(receipt)s. Reverse the "
                    "receipt, so that its order knows. Nothing was recorded."
                )
                % {"id": movement.pk, "receipt": movement.receipt_line.receipt}
            )


def check_time(at: datetime) -> None:
    if at > timezone.now() + CLOCK_TOLERANCE:
        raise NotAcceptedError(
            _("%(at)s lies in the future. Enter when it happened.")
            % {"at": localize(timezone.localtime(at))}
        )


def check_serials(movements: Sequence[StockMovement]) -> None:
    """A serial number stays one single item, in one place."""
    serials = {m.lot.pk: m.lot for m in movements if m.lot and m.lot.serial}
    if not serials:
        return
    before: dict[int, Location] = {}
    held: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for level in StockLevel.objects.filter(lot__in=serials, quantity__gt=0).select_related(
        "location"
    ):
        held[level.lot_id or 0][level.location_id] = level.quantity
        before[level.lot_id or 0] = level.location
    for m in movements:
        if m.lot_id in serials:
            held[m.lot_id][m.location_id] += m.quantity
            before.setdefault(m.lot_id, m.location)
    for lot_id, places in held.items():
        if sum(places.values()) > 1 or not set(places.values()) <= {0, 1}:
            raise serial_taken(serials[lot_id], before[lot_id])


def check_number(part: Part, quantity: Decimal) -> None:
    """Refuse what the columns of quantities would round or not hold."""
    exponent = quantity.normalize().as_tuple().exponent
    if not isinstance(exponent, int):  # NaN and infinity have letters there
        raise NotAcceptedError(_("%(part)s: the quantity is not a number.") % {"part": part.number})
    if -exponent > MOST_DECIMALS:
        raise NotAcceptedError(
            _("%(part)s: at most %(count)d decimals are kept, not %(quantity)s.")
            % {"part": part.number, "count": MOST_DECIMALS, "quantity": plain(quantity)}
        )
    if abs(quantity) > LARGEST:
        raise NotAcceptedError(
            _("%(part)s: %(quantity)s is too large.")
            % {"part": part.number, "quantity": plain(quantity)}
        )


def check_whole(part: Part, quantity: Decimal) -> None:
    if part.unit in units.WHOLE and quantity % 1:
        raise NotAcceptedError(
            _("%(part)s is counted in whole %(unit)s; %(quantity)s is not possible.")
            % {
                "part": part.number,
                "unit": part.get_unit_display(),
                "quantity": plain(quantity),
            }
        )


def check_quantity(part: Part, line: Line) -> None:
    check_number(part, line.quantity)
    if line.quantity <= 0:
        raise NotAcceptedError(
            _("%(part)s: the quantity must be more than 0.") % {"part": part.number}
        )
    check_whole(part, line.quantity)
    if line.serial and line.quantity != 1:
        raise NotAcceptedError(
            _(
                "%(part)s: a serial number stands for exactly 1 item, not %(quantity)s. "
                "Enter one line for each serial number."
            )
            % {"part": part.number, "quantity": plain(line.quantity)}
        )


def check_cost(part: Part, line: Line) -> None:
    if line.unit_cost is None:
        return
    if not line.currency:
        raise NotAcceptedError(
            _("%(part)s: a cost needs its currency, such as JPY.") % {"part": part.number}
        )
    if line.unit_cost < 0:
        raise NotAcceptedError(_("%(part)s: a cost cannot be negative.") % {"part": part.number})


def check_counts(parts: Mapping[int, Part], counts: Sequence[Count]) -> None:
    """Each part and lot once, from 0, and with the lot that its part asks for."""
    seen = set()
    for index, count in enumerate(counts):
        part = parts[count.part.pk]
        with naming_line(index):
            check_number(part, count.counted)
            if count.counted < 0:
                raise NotAcceptedError(
                    _("%(part)s: a count cannot be negative.") % {"part": part.number}
                )
            if count.counted != count.expected:  # a half that the books have already may stay
                check_whole(part, count.counted)
            if count.counted and lacks_lot(part, count.lot):
                raise LotNeededError(
                    _("%(part)s is tracked. Count each lot or serial number by itself.")
                    % {"part": part.number}
                )
            if count.lot and count.lot.serial and count.counted > 1:
                raise NotAcceptedError(
                    _("%(part)s: serial number %(serial)s stands for one item, not %(quantity)s.")
                    % {
                        "part": part.number,
                        "serial": count.lot.serial,
                        "quantity": plain(count.counted),
                    }
                )
            if place_of(count) in seen:
                raise NotAcceptedError(
                    _("%(part)s is counted twice in this list. Enter one number.")
                    % {"part": part.number}
                )
        seen.add(place_of(count))


def place_of(count: Count) -> tuple[int, int | None]:
    return count.part.pk, count.lot.pk if count.lot else None


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


def lacks_lot(part: Part, lot: Lot | None) -> bool:
    """Whether the tracking of the part asks for a lot or serial number that is not there."""
    if part.tracking == Tracking.LOT:
        return not (lot and lot.code)
    return part.tracking == Tracking.SERIAL and not (lot and lot.serial)


def serial_taken(lot: Lot, location: Location) -> SerialTakenError:
    return SerialTakenError(
        _(
            "%(part)s with serial number %(serial)s is in stock already, at %(location)s. "
            "Check the number; to move the item, use a transfer."
        )
        % {"part": lot.part.number, "serial": lot.serial, "location": location}
    )


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
            raise serial_taken(lot, present.location)
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
