"""Generated orders: what is ordered of whom, when it comes, and how it ends.

Everything about an order is decided before the history of stock begins, so that the history can
receive it when it is due. Only what is on its way at the end is decided last: it is ordered for
what is short then.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from demo.large.catalogue import PartPlan
from demo.large.tables import ORDER_LINES, ORDERS, RECEIPTS, Identities
from demo.large.working_days import WorkingDays
from purchasing.models import Origin
from purchasing.states import OrderState

LINES = (1, 2, 2, 3, 3, 3, 4, 4, 5)  # on an order: three, on average
_TAKEN_OVER = 0.25  # of the time: orders of the system before, received there
_TODAY = 0.9985  # of the time: neither approved nor placed yet
_RECENT = 0.03  # of the time: of some orders the first delivery came, and the next has not yet
_AUTOMATIC, _CANCELLED, _CLOSED, _IN_PARTS = 0.4, 0.03, 0.04, 0.08
_MOST_ITEMS = 3  # of a part with serial numbers on a line


@dataclass(slots=True)
class Line:
    """So many packs of a part, and how many of them came."""

    id: int
    part: PartPlan
    packs: int
    received: int = 0
    taken_over: int = 0
    closed: bool = False


@dataclass(slots=True)
class Delivery:
    """What comes at a time; number and key are given in the order of the deliveries."""

    at: datetime
    order: "Order"
    packs: list[tuple[Line, int]]
    id: int = 0
    number: str = ""


@dataclass(slots=True)
class Order:
    """An order from its creation to its end."""

    id: int
    number: str
    supplier: int
    origin: Origin
    state: OrderState
    created_at: datetime
    expected_on: date
    buyer: int
    ordered_at: datetime | None = None
    finished_at: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


class OrderPlanner:
    """Plans `orders` orders of the parts that the suppliers sell, in the order of their days.

    What is due after `until`, a fraction of the time, is on its way at the end.
    """

    def __init__(
        self,
        *,
        plans: Sequence[PartPlan],
        buyers: Sequence[int],
        orders: int,
        until: float,
        days: WorkingDays,
        rng: random.Random,
    ) -> None:
        self._rng = rng
        self._until = until
        self._buyers = buyers
        self._count = orders
        self._days = days
        self._sold: dict[int, list[PartPlan]] = {}
        for plan in plans:
            self._sold.setdefault(plan.offer.supplier, []).append(plan)
        self._suppliers = sorted(self._sold)
        self._ids = {table: Identities(table) for table in (ORDERS, ORDER_LINES, RECEIPTS)}
        self._numbers: dict[tuple[str, int], int] = {}
        self.past: list[Order] = []
        self.present: list[Order] = []

    def plan(self) -> list[Delivery]:
        """All orders; the deliveries of those of the past, in the order of their days."""
        for index in range(self._count):
            self._order((index + self._rng.random()) / self._count)
        due = sorted(
            (delivery for order in self.past for delivery in order.deliveries),
            key=lambda delivery: (delivery.at, delivery.order.id),
        )
        for delivery in due:
            delivery.id = self._ids[RECEIPTS].next()
            delivery.number = self._number("GR", delivery.at)
        return due

    def add_line(self, order: Order, part: PartPlan, packs: int) -> Line:
        line = Line(self._ids[ORDER_LINES].next(), part, packs)
        order.lines.append(line)
        return line

    def keep_identities(self) -> None:
        """To be called once the rows are loaded."""
        for identities in self._ids.values():
            identities.keep()

    def last_numbers(self) -> Iterator[tuple[str, int, int]]:
        """Prefix, year and last number of every kind of document."""
        return ((prefix, year, last) for (prefix, year), last in sorted(self._numbers.items()))

    def _order(self, when: float) -> None:
        rng = self._rng
        supplier = rng.choice(self._suppliers)
        lead_time = self._sold[supplier][0].offer.lead_time_days
        created_at = self._minute(when)
        imported = when < _TAKEN_OVER
        order = Order(
            id=self._ids[ORDERS].next(),
            number=self._imported_number(created_at)
            if imported
            else self._number("PO", created_at),
            supplier=supplier,
            origin=Origin.IMPORTED if imported else self._origin(),
            state=OrderState.DRAFT,
            created_at=created_at,
            expected_on=created_at.date() + timedelta(days=lead_time),
            buyer=rng.choice(self._buyers[1:]),
        )
        takes = lead_time * 5 / 7 * rng.uniform(0.8, 1.2) / len(self._days)
        if imported:
            self._end_elsewhere(order, when + takes)
        elif when + takes < self._until:
            self._end(order, when, takes)
        else:
            order.state = self._present_state(when)
            if order.state == OrderState.DRAFT:
                order.origin = Origin.MANUAL
            order.ordered_at = created_at if order.state == OrderState.ORDERED else None
            self.present.append(order)
            return
        self.past.append(order)

    def _origin(self) -> Origin:
        return Origin.AUTOMATIC if self._rng.random() < _AUTOMATIC else Origin.MANUAL

    def _present_state(self, when: float) -> OrderState:
        if when < _TODAY:
            return OrderState.ORDERED
        return self._rng.choice((OrderState.DRAFT, OrderState.DRAFT, OrderState.APPROVED))

    def _end_elsewhere(self, order: Order, at: float) -> None:
        """Received in the system before; nothing of it is in these books but its figures."""
        for line in self._some_lines(order):
            line.taken_over = line.packs
        order.state = OrderState.RECEIVED
        order.ordered_at = order.created_at
        order.finished_at = self._minute(at)

    def _end(self, order: Order, when: float, takes: float) -> None:
        lines, chance = self._some_lines(order), self._rng.random()
        if chance < _CANCELLED:
            order.state = OrderState.CANCELLED
            order.finished_at = self._minute(when + takes * 0.1)
            return
        order.ordered_at = order.created_at
        if chance < _CANCELLED + _CLOSED and lines[-1].packs > 1:
            self._close_short(order, when + takes)
            return
        if len(lines) > 1 and when + takes > self._until - _RECENT and chance > 0.7:
            order.state = OrderState.PARTIAL
            self._deliver(order, when + takes, lines[:1])
            return
        order.state = OrderState.RECEIVED
        if len(lines) > 1 and self._rng.random() < _IN_PARTS:
            self._deliver(order, when + takes * 0.9, lines[:1])
            lines = lines[1:]
        self._deliver(order, when + takes, lines)
        order.finished_at = order.deliveries[-1].at

    def _close_short(self, order: Order, at: float) -> None:
        """Some packs of the last line never come."""
        last = order.lines[-1]
        missing = self._rng.randint(1, last.packs - 1)
        last.closed = True
        last.packs -= missing
        self._deliver(order, at, order.lines)
        last.packs += missing
        order.state = OrderState.CLOSED
        order.finished_at = order.deliveries[-1].at + timedelta(hours=2)

    def _deliver(self, order: Order, at: float, lines: Sequence[Line]) -> None:
        for line in lines:
            line.received = line.packs
        packs = [(line, line.packs) for line in lines]
        order.deliveries.append(Delivery(self._minute(at), order, packs))

    def _some_lines(self, order: Order) -> list[Line]:
        sold = self._sold[order.supplier]
        for part in self._rng.sample(sold, min(len(sold), self._rng.choice(LINES))):
            self.add_line(order, part, self.packs_of(part, part.delivery / 10))
        return order.lines

    def packs_of(self, part: PartPlan, quantity: float) -> int:
        """About so much of the part, in packs."""
        packs = max(
            part.offer.minimum, round(quantity * self._rng.uniform(0.7, 1.3) / part.offer.pack)
        )
        return min(packs, _MOST_ITEMS) if part.tracking == "serial" else packs

    def _minute(self, when: float) -> datetime:
        return self._days.at(min(when, 0.9999)).replace(second=0, microsecond=0)

    def _number(self, prefix: str, at: datetime) -> str:
        last = self._numbers[prefix, at.year] = self._numbers.get((prefix, at.year), 0) + 1
        return f"{prefix}-{at.year}-{last:06}"

    def _imported_number(self, at: datetime) -> str:
        return f"{at:%y%m}-{len(self.past) + 1:05}"
