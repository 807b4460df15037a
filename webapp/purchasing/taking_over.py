"""Taking over orders from another system, as they stood there.

Orders and their lines come in two steps. An order comes first, as a draft whose time line begins
with how it stood (``Standing``); once its lines are there it goes through the states up to that
one, dated by the days it has, and the database derives what was received. What was received
elsewhere is in the opening stock already, so that nothing is moved.

Nobody approves such an order here. Who imported a draft counts as who changed it last, and so
does not approve it alone above the limits.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from core.bulk import update_rows
from core.numbers import plain
from purchasing.errors import WrongStateError
from purchasing.locking import changed_meanwhile, lock_suppliers, suppliers_of
from purchasing.models import EventKind, OrderEvent, OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState

_STANDING = "standing"
_COMPLETE = frozenset({OrderState.RECEIVED, OrderState.CLOSED})
_PLACED = frozenset({OrderState.ORDERED, OrderState.PARTIAL})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How an order stood elsewhere, and since which days."""

    state: OrderState = OrderState.DRAFT
    ordered_on: date | None = None
    finished_on: date | None = None

    def result(self, lines: Iterable[OrderLine]) -> OrderState:
        """The state that an order of these lines comes to."""
        missing = [line for line in lines if line.missing]
        if self.state in _COMPLETE:
            return OrderState.CLOSED if missing else OrderState.RECEIVED
        if self.state not in _PLACED:
            return self.state
        if not missing:
            return OrderState.RECEIVED
        got = any(line.received_in_all for line in lines)
        return OrderState.PARTIAL if got else OrderState.ORDERED

    def as_details(self) -> dict[str, str]:
        """For the time line."""
        days = {"ordered_on": self.ordered_on, "finished_on": self.finished_on}
        shown = {name: day.isoformat() for name, day in days.items() if day}
        return {"state": self.state.value, **shown}

    @classmethod
    def of_details(cls, details: dict[str, str]) -> "Standing":
        days = {name: date.fromisoformat(text) for name, text in details.items() if name != "state"}
        return cls(state=OrderState(details["state"]), **days)


@dataclass(frozen=True, kw_only=True)
class OrderEntry:
    """An order to be taken over, or a draft with what it shall be."""

    order: PurchaseOrder
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class LinesEntry:
    """New and changed lines of one draft; then it comes to its standing."""

    order: PurchaseOrder
    standing: Standing
    created: Sequence[OrderLine] = ()
    changed: Sequence[OrderLine] = ()


def told_standings(orders: Iterable[PurchaseOrder]) -> dict[int, Standing]:
    """How those of the orders that were taken over stood where they came from."""
    taken_over = [order.pk for order in orders if order.origin == Origin.IMPORTED]
    told = (
        OrderEvent.objects.filter(order__in=taken_over, details__has_key=_STANDING)
        .order_by("pk")
        .values_list("order_id", "details")
    )
    return {order_id: Standing.of_details(details[_STANDING]) for order_id, details in told}


def standing(order: PurchaseOrder, told: dict[int, Standing]) -> Standing:
    """How an order stands; of a draft, what it comes to with its lines."""
    return told.get(order.pk, Standing()) if order.is_draft else _present(order)


def _present(order: PurchaseOrder) -> Standing:
    return Standing(
        state=OrderState(order.state),
        ordered_on=_day(order.ordered_at),
        finished_on=_day(order.finished_at),
    )


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


@transaction.atomic
def take_over_orders(
    *, created: Sequence[OrderEntry], changed: Sequence[OrderEntry], by: User | None, at: datetime
) -> None:
    """Make drafts of orders that stood elsewhere, and change drafts; their lines follow.

    New orders bring the moment at which they were created.


    :raises WrongStateError, OrderChangedError: if one of `changed` is no such draft any more
    """
    _lock_drafts([entry.order for entry in changed])
    for entry in created:
        order = entry.order
        order.origin = Origin.IMPORTED
        order.changed_at = order.created_at
        order.edited_by = by
    PurchaseOrder.objects.bulk_create(entry.order for entry in created)
    told = told_standings(entry.order for entry in changed)
    for entry in changed:
        _touch(entry.order, by)
    update_rows(
        [entry.order for entry in changed],
        (
            "supplier", "destination", "expected_on", "notes", "supplier_reference", "created_at",
            "edited_by", "version",
        ),
    )  # fmt: skip
    OrderEvent.objects.bulk_create(
        [
            *(_event(entry, EventKind.CREATED, None, entry.order.created_at) for entry in created),
            *(
                _event(entry, EventKind.EDITED, by, at, told=told.get(entry.order.pk, Standing()))
                for entry in changed
            ),
        ]
    )


def _event(
    entry: OrderEntry,
    kind: EventKind,
    by: User | None,
    at: datetime,
    *,
    told: Standing | None = None,
) -> OrderEvent:
    news = {} if told == entry.standing else {_STANDING: entry.standing.as_details()}
    return OrderEvent(order=entry.order, kind=kind, actor=by, occurred_at=at, details=news)


@transaction.atomic
def take_over_lines(*, entries: Sequence[LinesEntry], by: User | None, at: datetime) -> None:
    """Write lines of drafts, and bring the orders to where they stood elsewhere.

    :raises WrongStateError, OrderChangedError: if an order is no such draft any more
    """
    orders = [entry.order for entry in entries]
    written = [line for entry in entries for line in (*entry.created, *entry.changed)]
    lock_orders({order.pk for order in orders}, also_parts={line.part_id for line in written})
    _lock_drafts(orders)
    before = _lines_of(orders)
    _write(entries)
    edited = [entry for entry in entries if entry.created or entry.changed]
    for entry in edited:
        _touch(entry.order, by)
    update_rows([entry.order for entry in edited], ("edited_by", "version"))
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order=entry.order,
            kind=EventKind.EDITED,
            actor=by,
            occurred_at=at,
            details=_news(entry),
        )
        for entry in edited
        if entry.order.pk in before  # its first lines are what it was made of
    )
    _come_to_their_standing(entries)


def lock_orders(order_ids: Collection[int], *, also_parts: Collection[int] = ()) -> None:
    """Lock several orders in the one order of locks, with the parts of their lines."""
    lines = OrderLine.objects.filter(order__in=order_ids)
    parts = set(lines.values_list("part_id", flat=True)) | set(also_parts)
    lock_parts(parts)
    orders = PurchaseOrder.objects.filter(pk__in=order_ids)
    lock_suppliers(suppliers_of(parts) | set(orders.values_list("supplier_id", flat=True)))
    list(orders.order_by("pk").select_for_update().values_list("pk"))


def _lock_drafts(orders: Collection[PurchaseOrder]) -> None:
    """The orders, locked, are drafts as they were read."""
    wanted = PurchaseOrder.objects.filter(pk__in={order.pk for order in orders})
    now = {order.pk: order for order in wanted.order_by("pk").select_for_update(of=("self",))}
    for order in orders:
        if now[order.pk].version != order.version:
            raise changed_meanwhile(now[order.pk])
        if not now[order.pk].is_draft or now[order.pk].origin == Origin.AUTOMATIC:
            raise WrongStateError(
                _("%(order)s is %(state)s: an import changes drafts only.")
                % {"order": order.number, "state": now[order.pk].get_state_display()}
            )


def _touch(order: PurchaseOrder, by: User | None) -> None:
    order.version += 1
    if by:
        order.edited_by = by


def _lines_of(orders: Collection[PurchaseOrder]) -> dict[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in={order.pk for order in orders}).order_by("pk"):
        found.setdefault(line.order_id, []).append(line)
    return found


def _write(entries: Sequence[LinesEntry]) -> None:
    """What was received elsewhere is fixed when a line is written: such a line is written anew."""
    changed = {line.pk: line for entry in entries for line in entry.changed}
    stored = dict(OrderLine.objects.filter(pk__in=changed).values_list("pk", "taken_over"))
    anew = [line for pk, line in changed.items() if line.taken_over != stored[pk]]
    kept = [line for pk, line in changed.items() if line.taken_over == stored[pk]]
    update_rows(kept, _TERMS)
    OrderLine.objects.filter(pk__in=[line.pk for line in anew]).delete()
    for line in anew:
        line.pk = None
        line._state.adding = True  # noqa: SLF001 - Django documents it
    OrderLine.objects.bulk_create([*(line for entry in entries for line in entry.created), *anew])


_TERMS = (
    "part", "supplier_part", "sku", "description", "quantity", "pack_quantity", "pack_unit",
    "factor", "unit_price", "currency", "tolerance_percent",
)  # fmt: skip


def _news(entry: LinesEntry) -> dict[str, list[list[str]]]:
    return {
        name: [[line.part.number, plain(line.quantity)] for line in lines]
        for name, lines in (("added", entry.created), ("changed", entry.changed))
        if lines
    }


# --- From draft to where it stood ---


def _come_to_their_standing(entries: Sequence[LinesEntry]) -> None:
    """Some statements for all orders; each step is one that the database allows."""
    by_state: dict[OrderState, list[LinesEntry]] = {}
    for entry in entries:
        by_state.setdefault(entry.standing.state, []).append(entry)
    cancelled = by_state.pop(OrderState.CANCELLED, [])
    by_state.pop(OrderState.DRAFT, None)
    approved = [entry for group in by_state.values() for entry in group]
    by_state.pop(OrderState.APPROVED, None)
    placed = [entry for group in by_state.values() for entry in group]
    lines = _lines_of([entry.order for entry in placed])
    done: list[LinesEntry] = []
    left: list[LinesEntry] = []
    for entry in placed:
        result = entry.standing.result(lines.get(entry.order.pk, []))
        (done if result == OrderState.RECEIVED else left).append(entry)
    _step(cancelled, OrderState.CANCELLED, _finished, finished_at=_finished, ordered_at=_told)
    _step(approved, OrderState.APPROVED, _ordered, approved_at=_ordered)
    _step(done, OrderState.ORDERED, _ordered, ordered_at=_ordered, finished_at=_finished)
    _step(left, OrderState.ORDERED, _ordered, ordered_at=_ordered)
    _close_short([entry for entry in left if entry.standing.state in _COMPLETE], lines)


type _Moment = Callable[[LinesEntry], datetime | None]


def _step(
    entries: Sequence[LinesEntry], state: OrderState, at: _Moment, **moments: _Moment
) -> None:
    for entry in entries:
        order = entry.order
        order.state = state
        order.changed_by = None
        order.changed_at = at(entry) or order.created_at
        order.change_reason = ""
        order.version += 1
        for name, moment in moments.items():
            setattr(order, name, moment(entry))
    fields = ("state", "changed_by", "changed_at", "change_reason", "version", *moments)
    update_rows([entry.order for entry in entries], fields)


def _close_short(entries: Sequence[LinesEntry], lines: dict[int, list[OrderLine]]) -> None:
    """Nothing more is expected of an order that was complete elsewhere."""
    missing = []
    for entry in entries:
        for line in lines.get(entry.order.pk, []):
            if line.missing:
                line.closed = True
                line.closed_at = _finished(entry)
                line.close_reason = _("Complete before the import")
                missing.append(line)
    update_rows(missing, ("closed", "closed_at", "close_reason"))


def beginning_of(day: date) -> datetime:
    """The moment that stands for a day of which the hour is not known."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _told(entry: LinesEntry) -> datetime | None:
    day = entry.standing.ordered_on
    return beginning_of(day) if day else None


def _ordered(entry: LinesEntry) -> datetime:
    return _told(entry) or entry.order.created_at


def _finished(entry: LinesEntry) -> datetime:
    day = entry.standing.finished_on
    return beginning_of(day) if day else _ordered(entry)
