"""What people decide about orders: approve, send back, place, postpone, cancel, close short.

Each function is one transaction that locks what it changes; the order guards its own state,
and the database guards it once more and writes the time line.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from core.transactions import in_one_transaction
from purchasing.amounts import amounts_of, needs_second_person
from purchasing.errors import OrderRefusedError, SecondPersonError, WrongStateError
from purchasing.locking import lock_order
from purchasing.models import (
    EventKind,
    OrderEvent,
    OrderLine,
    Origin,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder.approval import accept_all
from purchasing.reorder.evaluation import reorder_locked
from purchasing.states import COMMITTED, RECEIVABLE, OrderState


@in_one_transaction
def request_approval(order_id: int, *, version: int, by: User, at: datetime) -> PurchaseOrder:
    """Put a draft among those that wait for approval.

    :raises WrongStateError: if it is no draft, or waits already
    """
    order = lock_order(order_id, version=version)
    if not order.is_draft or order.approval_requested_at or order.origin == Origin.AUTOMATIC:
        raise WrongStateError(
            _("%(order)s waits for approval already, or is no draft any more.")
            % {"order": order.number}
        )
    if not order.lines.exists():
        raise OrderRefusedError(_("An order without lines cannot be approved."))
    order.approval_requested_at = at
    order.version += 1
    order.save(update_fields=["approval_requested_at", "version"])
    OrderEvent.objects.create(order=order, kind=EventKind.REQUESTED, actor=by, occurred_at=at)
    return order


@in_one_transaction
def approve(order_id: int, *, version: int, by: User, at: datetime) -> PurchaseOrder:
    """Approve a draft exactly as it was seen, and with it the proposals on it.

    :raises OrderChangedError: if it changed since `version`
    :raises SecondPersonError: if its amount asks for somebody who neither made nor changed it
    """
    order = lock_order(order_id, version=version)
    lines = list(order.lines.all())
    if order.is_draft:
        if not lines:
            raise OrderRefusedError(_("An order without lines cannot be approved."))
        _check_second_person(order, lines, by)
        accept_all(order, by=by, at=at)
    order.approve(by=by, at=at)
    reorder_locked({line.part_id for line in lines}, at=at)
    return order


def _check_second_person(order: PurchaseOrder, lines: Collection[OrderLine], by: User) -> None:
    if by.pk not in {order.created_by_id, order.edited_by_id} or not needs_second_person(lines):
        return
    amounts = amounts_of(lines)
    if amounts.unpriced:
        raise SecondPersonError(
            _(
                "Lines of %(order)s have no price, so its amount cannot be held against the "
                "limits. Somebody who neither made nor changed it must approve it."
            )
            % {"order": order.number}
        )
    raise SecondPersonError(
        _(
            "%(amount)s is above what one person may order alone. Somebody who neither made nor "
            "changed %(order)s must approve it."
        )
        % {"amount": amounts, "order": order.number}
    )


@in_one_transaction
def send_back(order_id: int, *, version: int, reason: str, by: User, at: datetime) -> PurchaseOrder:
    """Make an approved order a draft again, to be changed."""
    order = lock_order(order_id, version=version)
    _check_reason(reason)
    order.send_back(reason=reason, by=by, at=at)
    return order


@in_one_transaction
def place(
    order_id: int,
    *,
    version: int,
    reference: str,
    expected_on: date | None,
    by: User,
    at: datetime,
) -> PurchaseOrder:
    """The supplier has the order; `reference` is the supplier's number for it."""
    order = lock_order(order_id, version=version)
    order.place(reference=reference, expected_on=expected_on, by=by, at=at)
    return order


@in_one_transaction
def postpone(
    order_id: int,
    *,
    version: int,
    expected_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> PurchaseOrder:
    """Expect an order on another day. What is on order stays, so nothing is ordered again.

    :raises WrongStateError: if nothing of the order is awaited
    """
    order = lock_order(order_id, version=version)
    if order.state not in COMMITTED:
        raise _nothing_awaited(order)
    before = order.expected_on
    if before == expected_on:
        raise OrderRefusedError(_("The order is expected on this day already."))
    order.expected_on = expected_on
    order.version += 1
    order.save(update_fields=["expected_on", "version"])
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.POSTPONED,
        actor=by,
        occurred_at=at,
        reason=reason,
        details={
            "before": before.isoformat() if before else None,
            "after": expected_on.isoformat(),
        },
    )
    reorder_locked(set(order.lines.values_list("part_id", flat=True)), at=at)
    return order


@in_one_transaction
def cancel(order_id: int, *, version: int, reason: str, by: User, at: datetime) -> PurchaseOrder:
    """Give an order up of which nothing was received; needs it met are proposed again.

    :raises WrongStateError: if something was received, or it is over already
    :raises OrderRefusedError: if open proposals are on it
    """
    order = lock_order(order_id, version=version)
    _check_reason(reason)
    lines = list(order.lines.all())
    if any(line.received_in_all for line in lines):
        raise WrongStateError(
            _(
                "Something of %(order)s was received, so it cannot be cancelled. "
                "Close it short instead, or reverse the receipt."
            )
            % {"order": order.number}
        )
    proposed = ReorderProposal.objects.filter(line__order=order, state=ProposalState.OPEN).count()
    if proposed:
        raise OrderRefusedError(
            ngettext(
                "%(count)d open proposal is on %(order)s. It would come back at once: dismiss it "
                "until a date instead.",
                "%(count)d open proposals are on %(order)s. They would come back at once: dismiss "
                "them until a date instead.",
                proposed,
            )
            % {"count": proposed, "order": order.number}
        )
    order.cancel(reason=reason, by=by, at=at)
    reorder_locked({line.part_id for line in lines}, at=at)
    return order


@in_one_transaction
def close_short(
    order_id: int,
    *,
    version: int,
    lines: Collection[int],
    reason: str,
    by: User,
    at: datetime,
) -> PurchaseOrder:
    """Expect nothing more of these lines; when no other is awaited the order is closed.

    :raises WrongStateError: if the order is not placed
    :raises OrderRefusedError: if nothing of the whole order was received: that is a cancellation
    """
    order = lock_order(order_id, version=version)
    _check_reason(reason)
    if order.state not in RECEIVABLE:
        raise _nothing_awaited(order)
    every = list(order.lines.all())
    awaited = [line for line in every if line.missing and not line.closed]
    chosen = [line for line in awaited if line.pk in lines]
    if not chosen:
        raise OrderRefusedError(_("Choose at least one line that something is missing of."))
    if len(chosen) == len(awaited) and not any(line.received_in_all for line in every):
        raise OrderRefusedError(
            _("Nothing of %(order)s was received. Cancel it instead.") % {"order": order.number}
        )
    _set_closed(order, chosen, closed=True, reason=reason, by=by, at=at)
    reorder_locked({line.part_id for line in every}, at=at)
    order.refresh_from_db()
    return order


@in_one_transaction
def open_again(
    order_id: int,
    *,
    version: int,
    lines: Collection[int],
    reason: str,
    by: User,
    at: datetime,
) -> PurchaseOrder:
    """Expect the rest of lines that were closed short after all.

    :raises WrongStateError: if the order was cancelled since
    """
    order = lock_order(order_id, version=version)
    _check_reason(reason)
    if order.state == OrderState.CANCELLED:
        raise _nothing_awaited(order)
    every = list(order.lines.all())
    chosen = [line for line in every if line.closed and line.pk in lines]
    if not chosen:
        raise OrderRefusedError(_("Choose at least one line that was closed short."))
    _set_closed(order, chosen, closed=False, reason=reason, by=by, at=at)
    reorder_locked({line.part_id for line in every}, at=at)
    order.refresh_from_db()
    return order


def _set_closed(
    order: PurchaseOrder,
    lines: Collection[OrderLine],
    *,
    closed: bool,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    PurchaseOrder.objects.filter(pk=order.pk).update(version=order.version + 1)
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.CLOSED if closed else EventKind.REOPENED,
        actor=by,
        occurred_at=at,
        reason=reason,
        details={"lines": sorted(line.position for line in lines)},
    )
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(
        closed=closed, closed_by=by, closed_at=at, close_reason=reason
    )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise OrderRefusedError(_("Give a reason."))


def _nothing_awaited(order: PurchaseOrder) -> WrongStateError:
    return WrongStateError(
        _("%(order)s is %(state)s: nothing of it is awaited.")
        % {"order": order.number, "state": order.get_state_display()}
    )
