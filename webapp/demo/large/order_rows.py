"""Generated orders as rows: orders, lines, time lines, and proposals that were accepted."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from demo.large.orders import Line, Order
from demo.large.tables import (
    ORDER_EVENTS,
    ORDER_LINES,
    ORDERS,
    PROPOSALS,
    Identities,
    Row,
    Table,
)
from purchasing.models import EventKind, Origin
from purchasing.states import OrderState

_AN_HOUR = timedelta(hours=1)
_CLOSE_REASON, _CANCEL_REASON = "残りは製造中止", "二重発注のため"


class OrderRows:
    """Rows by table, in an order that satisfies references."""

    def __init__(self, *, head: int) -> None:
        self._head = head  # who approves
        self._ids = {table: Identities(table) for table in (ORDER_EVENTS, PROPOSALS)}
        self.rows: dict[Table, list[Row]] = {}

    def add(self, orders: Iterable[Order]) -> None:
        self.rows = {table: [] for table in (ORDERS, ORDER_LINES, ORDER_EVENTS, PROPOSALS)}
        for order in orders:
            self._order(order)
            for position, line in enumerate(order.lines, start=1):
                self._line(order, line, position)
                if order.origin == Origin.AUTOMATIC and order.state != OrderState.DRAFT:
                    self._proposal(order, line)
            self._events(order)

    def keep_identities(self) -> None:
        """To be called once the rows are loaded."""
        for identities in self._ids.values():
            identities.keep()

    def _order(self, order: Order) -> None:
        manual = order.buyer if order.origin == Origin.MANUAL else None
        approved = order.state not in {OrderState.DRAFT, OrderState.CANCELLED}
        waits = order.state == OrderState.DRAFT and manual and order.created_at.minute % 2
        changed_at = order.finished_at or order.ordered_at or order.created_at
        self.rows[ORDERS].append(
            (
                order.id,
                order.number,
                order.supplier,
                order.state.value,
                order.origin.value,
                False,
                None,
                order.expected_on,
                "",
                f"SO{order.created_at:%y}{order.number[-5:]}" if order.ordered_at else "",
                manual,
                order.created_at,
                manual,
                order.created_at if waits else None,
                order.created_at if approved else None,
                self._head if approved and order.origin != Origin.IMPORTED else None,
                order.ordered_at,
                order.finished_at,
                None if order.origin == Origin.IMPORTED else order.buyer,
                changed_at,
                _CANCEL_REASON if order.state == OrderState.CANCELLED else "",
                1 + len(order.deliveries),
            )
        )

    def _line(self, order: Order, line: Line, position: int) -> None:
        offer = line.part.offer
        self.rows[ORDER_LINES].append(
            (
                line.id,
                order.id,
                order.state.value,
                position,
                line.part.id,
                offer.id,
                offer.sku,
                "",
                line.packs,
                offer.pack,
                offer.unit,
                offer.pack,
                offer.price,
                offer.currency,
                0,
                line.taken_over,
                line.received,
                line.closed,
                order.buyer if line.closed else None,
                order.finished_at if line.closed else None,
                _CLOSE_REASON if line.closed else "",
            )
        )

    def _proposal(self, order: Order, line: Line) -> None:
        """The need that the line met: it was at the point, and wanted what was ordered."""
        offer, part = line.part.offer, line.part
        wanted = line.packs * offer.pack
        self.rows[PROPOSALS].append(
            (
                self._ids[PROPOSALS].next(),
                part.id,
                offer.id,
                line.id,
                "accepted",
                part.reorder_point / 10,
                0,
                0,
                part.reorder_point / 10,
                None,
                wanted,
                wanted,
                offer.pack,
                offer.minimum,
                line.packs,
                False,
                order.created_at - _AN_HOUR,
                order.created_at - _AN_HOUR,
                self._head,
                order.created_at,
                "",
            )
        )

    # --- The time line ---

    def _events(self, order: Order) -> None:
        imported = order.origin == Origin.IMPORTED
        actor = None if imported or order.origin == Origin.AUTOMATIC else order.buyer
        self._event(order, EventKind.CREATED, actor, order.created_at)
        if order.state == OrderState.CANCELLED and order.finished_at:
            self._state(order, ("draft", "cancelled"), order.buyer, order.finished_at)
            return
        if order.state == OrderState.DRAFT:
            return
        self._state(
            order, ("draft", "approved"), None if imported else self._head, order.created_at
        )
        if order.ordered_at:
            self._state(
                order, ("approved", "ordered"), None if imported else order.buyer, order.ordered_at
            )
        self._arrivals(order)

    def _arrivals(self, order: Order) -> None:
        state = "ordered"
        for index, delivery in enumerate(order.deliveries):
            details = {"receipt": delivery.id, "number": delivery.number}
            self._event(order, EventKind.RECEIVED, order.buyer, delivery.at, details=details)
            is_last = index == len(order.deliveries) - 1 and order.state == OrderState.RECEIVED
            then = "received" if is_last else "partial"
            if then != state:
                self._state(order, (state, then), order.buyer, delivery.at, delivery.number)
                state = then
        if order.state == OrderState.CLOSED and order.finished_at:
            lines = [place for place, line in enumerate(order.lines, start=1) if line.closed]
            self._event(
                order,
                EventKind.CLOSED,
                order.buyer,
                order.finished_at,
                reason=_CLOSE_REASON,
                details={"lines": lines},
            )
            change = (state, "closed")
            self._state(order, change, order.buyer, order.finished_at, _CLOSE_REASON)
        elif order.origin == Origin.IMPORTED and order.finished_at:
            self._state(order, (state, "received"), None, order.finished_at)

    def _state(
        self,
        order: Order,
        change: tuple[str, str],
        actor: int | None,
        at: datetime,
        reason: str = "",
    ) -> None:
        self._event(order, EventKind.STATE, actor, at, change=change, reason=reason)

    def _event(
        self,
        order: Order,
        kind: EventKind,
        actor: int | None,
        at: datetime,
        *,
        change: tuple[str, str] = ("", ""),
        reason: str = "",
        details: dict[str, object] | None = None,
    ) -> None:
        self.rows[ORDER_EVENTS].append(
            (
                self._ids[ORDER_EVENTS].next(),
                order.id,
                kind.value,
                *change,
                actor,
                at,
                at,
                reason,
                json.dumps(details or {}),
            )
        )
