"""Recording stock: receive, issue, transfer, stocktake, correct.

Each function is one transaction, is safe to repeat with the same `key`, and returns the
movements. Parts are locked in the order of their keys before anything is read, so that what
is checked here still holds when it is written; the database checks it all once more.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from core.transactions import in_one_transaction
from stock.available import Available
from stock.beginning import begin, check_seen, parts_of
from stock.entries import Count, Line, Move, Posting
from stock.errors import CountOutdatedError, NotAcceptedError
from stock.models import Location, StockMovement, Stocktake, StocktakeLine
from stock.models.ledger import Kind
from stock.places import Reach
from stock.posting import (
    earlier,
    earlier_stocktake,
    key_reused,
    levels_at,
    movement,
    post,
)
from stock.rules import (
    check_active,
    check_cost,
    check_counts,
    check_moves,
    check_open,
    check_quantity,
    check_receipts,
    check_reversible,
    check_serial_once,
    lot_for_receipt,
    lot_to_take,
    naming_line,
    place_of,
    with_other_sides,
)


@in_one_transaction
def receive(
    *, lines: Sequence[Line], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Put stock into locations; lots and serial numbers that are new are made.

    :raises NotAcceptedError: if a part or location is inactive, or a quantity is not positive
    :raises LotNeededError, SerialTakenError: if tracking asks for what the line does not give
    :raises PlaceNotAllowedError: if `by` works at other locations; so all functions here
    """
    begun = begin(key, parts_of(lines))
    parts = check_seen(begun, lines)
    signature = [(Kind.RECEIPT, line, line.location, line.quantity) for line in lines]
    if begun.recorded:
        return earlier(key, signature)
    reach = Reach(by)
    movements = []
    serials: set[tuple[int, str]] = set()
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with naming_line(index):
            check_quantity(part, line)
            check_cost(part, line)
            check_active(part)
            check_open(line.location)
            reach.check(line.location)
            check_serial_once(part, line, serials)
            lot = lot_for_receipt(part, line)
        movements.append(movement(Kind.RECEIPT, line, lot, line.quantity, line.location))
    return post(movements, begun, reason=reason, by=by, at=at, key=key)


@in_one_transaction
def issue(
    *, lines: Sequence[Line], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Take stock out of locations.

    :raises NotEnoughStockError: if a location holds fewer than asked for
    :raises LotNeededError, UnknownLotError: if the line does not say which lot
    """
    begun = begin(key, parts_of(lines))
    parts = check_seen(begun, lines)
    signature = [(Kind.ISSUE, line, line.location, -line.quantity) for line in lines]
    if begun.recorded:
        return earlier(key, signature)
    there, reach = Available(parts), Reach(by)
    movements = []
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with naming_line(index):
            check_quantity(part, line)
            reach.check(line.location)
            lot = lot_to_take(part, line)
            there.take(part, line.location, lot, line.quantity)
        movements.append(movement(Kind.ISSUE, line, lot, -line.quantity, line.location))
    return post(movements, begun, reason=reason, by=by, at=at, key=key)


@in_one_transaction
def transfer(
    *, lines: Sequence[Move], reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> Posting:
    """Move stock from one location into another; both or neither.

    :raises NotEnoughStockError: if a location holds fewer than asked for
    :raises NotAcceptedError: if both locations are the same, or the second is inactive
    """
    begun = begin(key, parts_of(lines))
    parts = check_seen(begun, lines)
    signature = [
        entry
        for line in lines
        for entry in (
            (Kind.TRANSFER, line, line.location, -line.quantity),
            (Kind.TRANSFER, line, line.to, line.quantity),
        )
    ]
    if begun.recorded:
        return earlier(key, signature)
    there, reach = Available(parts), Reach(by)
    movements = []
    for index, line in enumerate(lines):
        part = parts[line.part.pk]
        with naming_line(index):
            check_quantity(part, line)
            reach.check(line.location)
            reach.check(line.to, field="to")
            check_open(line.to)
            check_moves(line)
            lot = lot_to_take(part, line)
            there.take(part, line.location, lot, line.quantity)
            there.put(part, line.to, lot, line.quantity)
        movements.append(movement(Kind.TRANSFER, line, lot, -line.quantity, line.location))
        movements.append(movement(Kind.TRANSFER, line, lot, line.quantity, line.to))
    return post(movements, begun, reason=reason, by=by, at=at, key=key)


@in_one_transaction
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

    :raises NotAcceptedError, LotNeededError, SerialTakenError: if a count cannot be
    :raises CountOutdatedError: if stock of a counted part moved since `expected` was read;
        nothing is recorded, and the error carries what the books say now
    """
    begun = begin(key, parts_of(counts))
    if done := earlier_stocktake(key, location, counts):
        return done
    Reach(by).check(location)
    check_counts(check_seen(begun, counts), counts)
    current = levels_at(location, counts)
    outdated = {
        place_of(count): level
        for count, level in zip(counts, current, strict=True)
        if level != count.expected
    }
    if outdated:
        raise CountOutdatedError(
            ngettext(
                "Stock moved while you counted: %(count)d line differs from what the books said "
                "when you began. Nothing was recorded. Look at the marked line, count it again "
                "where needed, and post once more.",
                "Stock moved while you counted: %(count)d lines differ from what the books said "
                "when you began. Nothing was recorded. Look at the marked lines, count them again "
                "where needed, and post once more.",
                len(outdated),
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
    return post(movements, begun, reason=reason, by=by, at=at, key=key)


@in_one_transaction
def correct(
    *,
    movements: Collection[StockMovement],
    reason: str,
    by: User | None,
    at: datetime,
    key: uuid.UUID,
    receipt_lines: Mapping[int, int] | None = None,
) -> Posting:
    """Reverse movements; of a transfer both sides.

    Those of a goods receipt are reversed with the receipt; its reversal gives, for each of its
    movements, the line that reverses it.

    :raises NotAcceptedError: if one is of a goods receipt, and not reversed with it
    :raises AlreadyCorrectedError: if one was reversed before, or is a reversal itself
    :raises SerialTakenError, LotNeededError: if the item came back, or is tracked only since
    :raises NotEnoughStockError: if what was put in has left the location since
    """
    if not movements:
        raise NotAcceptedError(_("Nothing was chosen. Choose at least one movement."))
    wanted = with_other_sides(movements)
    begun = begin(key, {chosen.part_id for chosen in wanted.values()})
    to_reverse = list(
        StockMovement.objects.filter(pk__in=wanted)
        .select_related("part", "location", "lot", "reversed_by", "receipt_line__receipt")
        .order_by("pk")
    )
    done = list(StockMovement.objects.filter(idempotency_key=key).order_by("line"))
    if done:
        if {m.reverses_id for m in done} != set(wanted):
            raise key_reused()
        return Posting(done, repeated=True)
    reach = Reach(by)
    for m in to_reverse:
        reach.check(m.location)
    check_reversible(to_reverse)
    lines = receipt_lines or {}
    check_receipts(to_reverse, lines)
    there = Available({m.part_id: m.part for m in to_reverse})
    for m in to_reverse:
        if m.quantity < 0:
            there.put(m.part, m.location, m.lot, -m.quantity)
    for m in to_reverse:
        if m.quantity > 0:
            there.take(m.part, m.location, m.lot, m.quantity)
    return post(
        [
            StockMovement(
                kind=Kind.CORRECTION,
                part=m.part,
                location=m.location,
                lot=m.lot,
                quantity=-m.quantity,
                reverses=m,
                receipt_line_id=lines.get(m.pk),
            )
            for m in to_reverse
        ],
        begun,
        reason=reason,
        by=by,
        at=at,
        key=key,
    )
