"""Receiving what was ordered, and reversing receipts that were wrong.

One transaction writes the document, what the order's lines received, and the ledger.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from access.models import User
from catalog.models import Tracking
from core.errors import BusinessError
from core.numbers import LARGEST, MOST_DECIMALS, plain
from core.text import fold
from core.transactions import in_one_transaction
from purchasing.entries import Arrival
from purchasing.errors import (
    OrderRefusedError,
    OverReceiptError,
    ReversedAlreadyError,
    WrongStateError,
)
from purchasing.locking import lock_order
from purchasing.models import (
    EventKind,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
)
from purchasing.numbering import RECEIPT, next_number
from purchasing.states import RECEIVABLE, OrderState
from stock import services as stock
from stock.entries import Line
from stock.models import StockMovement
from stock.posting import key_reused, one_request_at_a_time
from stock.rules import naming_line

_SIX = Decimal("0.000001")
_LONGEST_REASON = 500  # of a movement; the document keeps all of it


@in_one_transaction
def receive(
    order_id: int,
    *,
    version: int,
    arrivals: Sequence[Arrival],
    delivery_note: str,
    reason: str,
    by: User | None,
    at: datetime,
    key: uuid.UUID,
) -> GoodsReceipt:
    """Record a delivery; repeating the request gives the same receipt.

    :raises OrderChangedError: if the order changed since `version`
    :raises WrongStateError: if the order is not placed, or over
    :raises OverReceiptError: if more arrived than the tolerance of a line allows
    :raises LotNeededError, SerialTakenError, NotAcceptedError: as the ledger says
    """
    if done := _done(key):
        if done.order_id != order_id or _recorded(done) != _asked(arrivals):
            raise key_reused()
        return done
    order = lock_order(order_id, version=version)
    _check_placed(order)
    lines = {line.pk: line for line in order.lines.select_related("part")}
    if not arrivals:
        raise OrderRefusedError(_("Nothing was entered. Enter what arrived of at least one line."))
    _check_arrivals(arrivals, lines)
    receipt = GoodsReceipt.objects.create(
        number=next_number(RECEIPT, at=at),
        order=order,
        delivery_note=delivery_note,
        reason=reason,
        actor=by,
        occurred_at=at,
        idempotency_key=key,
    )
    written = GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(
            receipt=receipt,
            position=position,
            order_line=lines[arrival.line],
            quantity=arrival.quantity,
            factor=lines[arrival.line].factor,
            base_quantity=_base(arrival.quantity, lines[arrival.line]),
            location=arrival.location,
        )
        for position, arrival in enumerate(arrivals, start=1)
    )
    _tell(order, receipt, EventKind.RECEIVED)
    _post(written, arrivals, receipt)
    return receipt


@in_one_transaction
def reverse(
    receipt_id: int, *, reason: str, by: User | None, at: datetime, key: uuid.UUID
) -> GoodsReceipt:
    """Take a whole receipt back by a document of its own.

    :raises ReversedAlreadyError: if it was reversed before, or is a reversal
    :raises NotEnoughStockError: if what it brought has left its location since
    """
    if done := _done(key):
        if done.reverses_id != receipt_id:
            raise key_reused()
        return done
    order_id = GoodsReceipt.objects.values_list("order_id", flat=True).get(pk=receipt_id)
    order = lock_order(order_id)
    receipt = GoodsReceipt.objects.select_related("reversed_by", "reverses").get(pk=receipt_id)
    _check_reversible(receipt)
    if not reason.strip():
        raise OrderRefusedError(_("Give a reason."))
    reversal = GoodsReceipt.objects.create(
        number=next_number(RECEIPT, at=at),
        order=order,
        reverses=receipt,
        delivery_note=receipt.delivery_note,
        reason=reason,
        actor=by,
        occurred_at=at,
        idempotency_key=key,
    )
    reversed_lines = list(receipt.lines.order_by("position"))
    written = GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(
            receipt=reversal,
            position=line.position,
            order_line_id=line.order_line_id,
            quantity=-line.quantity,
            factor=line.factor,
            base_quantity=-line.base_quantity,
            location_id=line.location_id,
        )
        for line in reversed_lines
    )
    _tell(order, reversal, EventKind.REVERSED)
    by_position = {line.position: line.pk for line in written}
    movements = list(
        StockMovement.objects.filter(receipt_line__receipt=receipt).select_related("receipt_line")
    )
    stock.correct(
        movements=movements,
        reason=f"{order.number} {reversal.number}: {reason}"[:_LONGEST_REASON],
        by=by,
        at=at,
        key=key,
        receipt_lines={
            m.pk: by_position[m.receipt_line.position] for m in movements if m.receipt_line
        },
    )
    return reversal


def _done(key: uuid.UUID) -> GoodsReceipt | None:
    """What an earlier request with this key recorded; a repeated one waits for the first."""
    one_request_at_a_time(key)
    return GoodsReceipt.objects.filter(idempotency_key=key).first()


def _asked(arrivals: Sequence[Arrival]) -> list[object]:
    """What tells a request from another one with the same key."""
    return [
        (
            arrival.line,
            arrival.quantity,
            arrival.location.pk,
            [fold(item) for item in arrival.serials or (arrival.lot,) if item],
        )
        for arrival in arrivals
    ]


def _recorded(receipt: GoodsReceipt) -> list[object]:
    """The same of the request that recorded the receipt."""
    movements = StockMovement.objects.select_related("lot").order_by("line")
    lines = receipt.lines.order_by("position").prefetch_related(Prefetch("movements", movements))
    return [
        (
            line.order_line_id,
            line.quantity,
            line.location_id,
            [fold(m.lot.item) for m in line.movements.all() if m.lot],
        )
        for line in lines
    ]


def _check_placed(order: PurchaseOrder) -> None:
    may_have_tolerance = order.state == OrderState.RECEIVED
    if order.state not in RECEIVABLE and not may_have_tolerance:
        raise WrongStateError(
            _("%(order)s is %(state)s. Only orders that were placed are received.")
            % {"order": order.number, "state": order.get_state_display()}
        )


def _base(quantity: Decimal, line: OrderLine) -> Decimal:
    """Packs in the part's own unit."""
    return (quantity * line.factor).quantize(_SIX, rounding=ROUND_HALF_UP)


def _check_arrivals(arrivals: Sequence[Arrival], lines: dict[int, OrderLine]) -> None:
    arrived: dict[int, Decimal] = {}
    for index, arrival in enumerate(arrivals):
        with naming_line(index):
            line = lines.get(arrival.line)
            if line is None:
                raise OrderRefusedError(_("This line is not on the order any more."))
            _check_quantity(arrival, line)
            arrived[line.pk] = arrived.get(line.pk, Decimal(0)) + arrival.quantity
            _check_tolerance(line, arrived[line.pk])
            _check_serials(arrival, line)


def _check_quantity(arrival: Arrival, line: OrderLine) -> None:
    exponent = arrival.quantity.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or arrival.quantity <= 0 or arrival.quantity > LARGEST:
        raise OrderRefusedError(_("%(part)s: receive more than 0.") % {"part": line.part.number})
    if -exponent > MOST_DECIMALS:
        raise OrderRefusedError(
            _("%(part)s: at most %(count)d decimals are kept.")
            % {"part": line.part.number, "count": MOST_DECIMALS}
        )
    if line.closed:
        raise OrderRefusedError(
            _("%(part)s was closed short: %(reason)s. Open the line again to receive it.")
            % {"part": line.part.number, "reason": line.close_reason}
        )


def _check_tolerance(line: OrderLine, arrived: Decimal) -> None:
    if line.received_in_all + arrived <= line.most:
        return
    raise OverReceiptError(
        _(
            "%(part)s: %(arrived)s arrived, which is too much. Ordered %(ordered)s, received so "
            "far %(received)s, tolerance %(tolerance)s %%: at most %(most)s more. Nothing was "
            "recorded."
        )
        % {
            "part": line.part.number,
            "arrived": plain(arrived),
            "ordered": plain(line.quantity),
            "received": plain(line.received_in_all),
            "tolerance": plain(line.tolerance_percent),
            "most": plain(max(line.most - line.received_in_all, Decimal(0))),
        }
    )


def _check_serials(arrival: Arrival, line: OrderLine) -> None:
    if line.part.tracking != Tracking.SERIAL:
        return
    items = _base(arrival.quantity, line)
    if len(arrival.serials) != items:
        raise OrderRefusedError(
            _(
                "%(part)s is tracked by serial number: %(items)s items arrived, and %(count)d "
                "serial numbers were entered. Enter one a line."
            )
            % {"part": line.part.number, "items": plain(items), "count": len(arrival.serials)}
        )


def _tell(order: PurchaseOrder, receipt: GoodsReceipt, kind: EventKind) -> None:
    PurchaseOrder.objects.filter(pk=order.pk).update(version=F("version") + 1)
    OrderEvent.objects.create(
        order=order,
        kind=kind,
        actor=receipt.actor,
        occurred_at=receipt.occurred_at,
        reason=receipt.reason,
        details={"receipt": receipt.pk, "number": receipt.number},
    )


def _post(
    written: Sequence[GoodsReceiptLine], arrivals: Sequence[Arrival], receipt: GoodsReceipt
) -> None:
    """Put what arrived into the ledger; a refusal names the arrival, not the movement."""
    origin: list[int] = []
    lines: list[Line] = []
    for index, (line, arrival) in enumerate(zip(written, arrivals, strict=True)):
        for entry in _entries(line, arrival):
            origin.append(index)
            lines.append(entry)
    note = f" ({receipt.delivery_note})" if receipt.delivery_note else ""
    try:
        stock.receive(
            lines=lines,
            reason=f"{receipt.order.number} {receipt.number}{note}",
            by=receipt.actor,
            at=receipt.occurred_at,
            key=receipt.idempotency_key,
        )
    except BusinessError as error:
        if error.line is not None:
            error.line = origin[error.line]
        raise


def _entries(line: GoodsReceiptLine, arrival: Arrival) -> list[Line]:
    """The movements of an arrival: one, or one for each serial number."""
    order_line = line.order_line
    cost = None if order_line.unit_price is None else order_line.unit_price / order_line.factor
    items = (
        [(Decimal(1), serial) for serial in arrival.serials]
        if order_line.part.tracking == Tracking.SERIAL
        else [(line.base_quantity, "")]
    )
    return [
        Line(
            part=order_line.part,
            location=arrival.location,
            quantity=quantity,
            lot=arrival.lot,
            serial=serial,
            unit_cost=cost,
            currency=order_line.currency,
            receipt_line=line.pk,
        )
        for quantity, serial in items
    ]


def _check_reversible(receipt: GoodsReceipt) -> None:
    if receipt.reverses:
        raise ReversedAlreadyError(
            _("%(receipt)s reverses %(reversed)s. Receive the goods anew instead.")
            % {"receipt": receipt, "reversed": receipt.reverses}
        )
    if hasattr(receipt, "reversed_by"):
        raise ReversedAlreadyError(
            _("%(receipt)s was reversed before, by %(by)s. Nothing was recorded.")
            % {"receipt": receipt, "by": receipt.reversed_by}
        )
