"""Opening stock: what was counted when the books begin, at any number of places at once."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from catalog.models import Part
from core.text import fold
from stock.entries import Posting
from stock.errors import CountOutdatedError
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake, StocktakeLine
from stock.models.ledger import Kind
from stock.places import Reach
from stock.posting import one_request_at_a_time

# A movement's line is a small integer; more lines continue under a key made from the first.
MOST_LINES = 32_000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """So many, at so much each; `unit_cost` is None where it is not known."""

    quantity: Decimal
    unit_cost: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class OpeningCount:
    """`counted` of a part (and lot) at a location, where the books said `expected`.

    `costs` say what makes up the difference; their quantities add up to it.
    """

    part: Part
    location: Location
    batch: str = ""
    serial: str = ""
    expected: Decimal
    counted: Decimal
    costs: Sequence[Cost]


type _LotKey = tuple[int, str, str]


@transaction.atomic
def post_opening_stock(
    *, counts: Sequence[OpeningCount], by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Record counts as one stocktake a location, and movements for what differs.

    Lots and serial numbers that are new are made. All movements are one statement, so that the
    ledger's trigger applies them at once. Repeating the request with its key records nothing.

    :raises CountOutdatedError: if stock moved since `expected` was read; nothing is recorded
    :raises PlaceNotAllowedError: if `by` works at other locations
    """
    one_request_at_a_time(key)
    if Stocktake.objects.filter(idempotency_key__in=_stocktake_keys(counts, key)).exists():
        done = StockMovement.objects.filter(idempotency_key__in=_movement_keys(counts, key))
        return Posting(list(done.order_by("pk")), repeated=True)
    reach = Reach(by)
    for location in {count.location.pk: count.location for count in counts}.values():
        reach.check(location)
    lock_parts({count.part.pk for count in counts})
    lots = _find_lots(counts)
    _check_levels(counts, lots)
    _make_lots(counts, lots)
    reason = _("Opening stock")
    stocktakes = {
        location.pk: Stocktake(
            location=location,
            reason=reason,
            actor=by,
            occurred_at=at,
            idempotency_key=_derived(key, f"location {location.pk}"),
        )
        for location in {count.location.pk: count.location for count in counts}.values()
    }
    Stocktake.objects.bulk_create(stocktakes.values())
    StocktakeLine.objects.bulk_create(
        StocktakeLine(
            stocktake=stocktakes[count.location.pk],
            part=count.part,
            lot=_lot_of(count, lots),
            expected=count.expected,
            counted=count.counted,
        )
        for count in counts
    )
    movements = [
        StockMovement(
            kind=Kind.STOCKTAKE,
            part=count.part,
            location=count.location,
            lot=_lot_of(count, lots),
            quantity=cost.quantity,
            unit_cost=cost.unit_cost,
            currency=cost.currency if cost.unit_cost is not None else "",
            stocktake=stocktakes[count.location.pk],
            reason=reason,
            actor=by,
            occurred_at=at,
        )
        for count in counts
        for cost in count.costs
        if cost.quantity
    ]
    for place, movement in enumerate(movements):
        chunk, line = divmod(place, MOST_LINES)
        movement.idempotency_key = _chunk_key(key, chunk)
        movement.line = line + 1
    return Posting(StockMovement.objects.bulk_create(movements))


def find_lots(parts: Iterable[int]) -> dict[_LotKey, Lot]:
    """The lots of some parts: by serial number, or else by lot, whatever width and case."""
    lots: dict[_LotKey, Lot] = {}
    for lot in Lot.objects.filter(part__in=set(parts)).order_by("pk"):
        lots.setdefault(lot_key(lot.part_id, lot.code, lot.serial), lot)
    return lots


def lot_key(part: int, batch: str, serial: str) -> _LotKey:
    """A serial number is unique within its part, whatever the batch."""
    return (part, "", fold(serial)) if serial else (part, fold(batch), "")


def _find_lots(counts: Sequence[OpeningCount]) -> dict[_LotKey, Lot]:
    return find_lots(count.part.pk for count in counts if count.batch or count.serial)


def _lot_of(count: OpeningCount, lots: dict[_LotKey, Lot]) -> Lot | None:
    if not (count.batch or count.serial):
        return None
    return lots.get(lot_key(count.part.pk, count.batch, count.serial))


def _make_lots(counts: Sequence[OpeningCount], lots: dict[_LotKey, Lot]) -> None:
    missing = {
        lot_key(count.part.pk, count.batch, count.serial): Lot(
            part=count.part, code=count.batch, serial=count.serial
        )
        for count in counts
        if (count.batch or count.serial) and _lot_of(count, lots) is None
    }
    Lot.objects.bulk_create(missing.values())
    lots.update(missing)


def _check_levels(counts: Sequence[OpeningCount], lots: dict[_LotKey, Lot]) -> None:
    levels = {
        (level.part_id, level.location_id, level.lot_id): level.quantity
        for level in StockLevel.objects.filter(part__in={count.part.pk for count in counts})
    }
    outdated = {}
    for count in counts:
        lot = _lot_of(count, lots)
        if lot is None and (count.batch or count.serial):
            level = Decimal(0)
        else:
            place = (count.part.pk, count.location.pk, lot.pk if lot else None)
            level = levels.get(place, Decimal(0))
        if level != count.expected:
            outdated[count.part.pk, lot.pk if lot else None] = level
    if outdated:
        raise CountOutdatedError(
            _(
                "Stock moved since the file was compared with the books: %(count)d places differ. "
                "Nothing was recorded. Look at the new preview, and import once more."
            )
            % {"count": len(outdated)},
            outdated,
        )


def _stocktake_keys(counts: Sequence[OpeningCount], key: uuid.UUID) -> set[uuid.UUID]:
    return {_derived(key, f"location {count.location.pk}") for count in counts}


def _movement_keys(counts: Sequence[OpeningCount], key: uuid.UUID) -> set[uuid.UUID]:
    lines = sum(len(count.costs) for count in counts)
    return {_chunk_key(key, chunk) for chunk in range(lines // MOST_LINES + 1)}


def _chunk_key(key: uuid.UUID, chunk: int) -> uuid.UUID:
    return key if chunk == 0 else _derived(key, f"lines {chunk}")


def _derived(key: uuid.UUID, what: str) -> uuid.UUID:
    return uuid.uuid5(key, what)
