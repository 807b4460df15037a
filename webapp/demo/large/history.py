"""A generated history: years of movements that never take more than is there.

The generator keeps the same books as the ledger does, so that each movement it makes is one
the ledger accepts. Quantities are whole numbers of tenths of the part's unit.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from demo.large.catalogue import PartPlan
from demo.large.orders import Delivery, Line
from demo.large.tables import (
    LOTS,
    MOVEMENTS,
    RECEIPT_LINES,
    RECEIPTS,
    STOCKTAKE_LINES,
    STOCKTAKES,
    Identities,
    Row,
    Table,
)
from demo.large.working_days import WorkingDays

_STOCKED = 0.95  # of the parts; the others were never bought
LARGEST_REQUEST = 20  # rows
_TABLES = (LOTS, STOCKTAKES, STOCKTAKE_LINES, RECEIPTS, RECEIPT_LINES, MOVEMENTS)
_NUMBERED = (LOTS, STOCKTAKES, STOCKTAKE_LINES, RECEIPT_LINES, MOVEMENTS)

_RECEIPTS = ("{order} 入荷", "{order} 分納", "Delivery of {order}", "{order} 検収済み")
_ISSUES = (
    "製造指図 {work}",
    "Production order {work}",
    "製造指図 {work} 追加払出",
    "補修部品として使用",
    "Field repair",
    "試作機に使用",
    "Prototype build",
)
_TRANSFERS = (
    "ラインへ供給",
    "To the assembly line",
    "棚の整理",
    "Shelves rearranged",
    "検査のため移動",
)
_COUNTS = ("月次棚卸", "循環棚卸", "Monthly count", "Cycle count")
_CORRECTIONS = ("数量の入力誤り", "部品の取り違え", "Entered twice", "Wrong quantity entered")

type Place = tuple[int, int | None]
"""A location and, where the part is tracked, a lot."""


@dataclass(slots=True)
class _Books:
    """What the ledger will say about one part."""

    plan: PartPlan
    levels: dict[Place, int] = field(default_factory=dict)
    total: int = 0
    reversible: list[tuple[int, Place, int]] = field(default_factory=list)


class HistoryGenerator:
    """Makes exactly `movements` movements of the planned parts."""

    def __init__(
        self,
        *,
        plans: Sequence[PartPlan],
        shelves: Sequence[int],
        actors: Sequence[int],
        movements: int,
        deliveries: Sequence[Delivery],
        days: WorkingDays,
        rng: random.Random,
    ) -> None:
        self._rng = rng
        self._due = deque(deliveries)
        self._shelves = shelves
        self._actors = actors
        self._wanted = movements
        self._days = days
        stocked = rng.sample(plans, max(1, round(len(plans) * _STOCKED)))
        self._books = [_Books(plan) for plan in stocked]
        self._by_part = {books.plan.id: books for books in self._books}
        self._untracked = [books for books in self._books if books.plan.tracking == "none"]
        self._at_location: dict[int, list[_Books]] = {shelf: [] for shelf in shelves}
        self._seen_at: set[tuple[int, int]] = set()
        self._ids = {table: Identities(table) for table in _NUMBERED}
        self._rows: dict[Table, list[Row]] = {table: [] for table in _TABLES}
        self._made = 0
        self._posted = self._occurred = days.at(0)
        self._actor = actors[0]
        self._key = UUID(int=0)
        self._line = 0

    def batches(self, size: int) -> Iterator[dict[Table, list[Row]]]:
        """Rows by table, about `size` movements at a time, in the order of their recording."""
        while self._made < self._wanted:
            self._begin_request()
            if self._due and self._due[0].at <= self._posted:
                self._receive_order(self._due.popleft())
            elif self._wanted - self._made < LARGEST_REQUEST:
                self._receive(self._rng.choice(self._untracked))
            else:
                self._something()
            if len(self._rows[MOVEMENTS]) >= size:
                yield self._take_rows()
        if self._rows[MOVEMENTS]:
            yield self._take_rows()

    def on_hand(self) -> dict[int, float]:
        """What is there of every part at the end, in its unit."""
        return {part: books.total / 10 for part, books in self._by_part.items()}

    def keep_identities(self) -> None:
        """To be called once the rows are loaded."""
        for identities in self._ids.values():
            identities.keep()

    def _take_rows(self) -> dict[Table, list[Row]]:
        rows, self._rows = self._rows, {table: [] for table in _TABLES}
        return rows

    def _begin_request(self) -> None:
        self._posted = self._days.at(self._made / self._wanted)
        self._occurred = self._posted.replace(second=0, microsecond=0)
        self._actor = self._rng.choice(self._actors)
        self._key = UUID(int=self._rng.getrandbits(128), version=4)
        self._line = 0

    def _something(self) -> None:
        """One request: some parts move often, most seldom."""
        books = self._books[int(len(self._books) * self._rng.random() ** 2)]
        self._choose(books)(books)

    def _choose(self, books: _Books) -> Callable[[_Books], None]:
        chance = self._rng.random()
        if not books.total:
            return self._receive
        if books.total <= books.plan.reorder_point:
            return self._receive if chance < 0.3 else self._issue
        if chance < 0.7:
            return self._issue
        if chance < 0.84:
            return self._transfer
        if chance < 0.96:
            return self._receive
        return self._count if chance < 0.98 else self._correct

    # --- Requests ---------------------------------------------------------------------------

    def _receive(self, books: _Books) -> None:
        rng, plan = self._rng, books.plan
        if rng.random() < 0.03:  # entered some days late
            self._occurred -= timedelta(days=rng.randint(1, 4))
        reason = rng.choice(_RECEIPTS).format(
            order=f"PO-{self._posted:%y%m}-{self._made % 9973:04d}"
        )
        home = self._home(books)
        quantity = max(10, round(plan.delivery * rng.uniform(0.6, 1.4)))
        if plan.whole:
            quantity -= quantity % 10
        cost = f"{plan.cost * rng.uniform(0.92, 1.08):.{2 if plan.cost > 10 else 4}f}"
        if plan.tracking == "serial":
            for _item in range(rng.randint(1, 4)):
                item = self._lot(plan, serial=True)
                self._move("receipt", books, (home, item), 10, reason, cost=cost)
        else:
            lot = self._lot(plan, serial=False) if plan.tracking == "lot" else None
            self._move("receipt", books, (home, lot), quantity, reason, cost=cost)

    def _receive_order(self, delivery: Delivery) -> None:
        """What an order brings, as it was planned; its document says on which shelves it lies."""
        self._occurred = delivery.at
        self._actor = self._rng.choice(self._actors)
        note = f"N{delivery.number[-6:]}"
        self._rows[RECEIPTS].append(
            (
                delivery.id,
                delivery.number,
                delivery.order.id,
                None,
                note,
                "",
                self._actor,
                self._occurred,
                self._posted,
                self._key,
            )
        )
        reason = f"{delivery.order.number} {delivery.number} ({note})"
        for position, (line, packs) in enumerate(delivery.packs, start=1):
            self._receive_line(delivery, position, line, packs, reason)

    def _receive_line(
        self, delivery: Delivery, position: int, line: Line, packs: int, reason: str
    ) -> None:
        plan = line.part
        books = self._by_part.setdefault(plan.id, _Books(plan))
        home = self._home(books)
        quantity = packs * plan.offer.pack
        written = self._ids[RECEIPT_LINES].next()
        self._rows[RECEIPT_LINES].append(
            (written, delivery.id, position, line.id, packs, plan.offer.pack, quantity, home)
        )
        cost = f"{float(plan.offer.price) / plan.offer.pack:.6f}"
        serial = plan.tracking == "serial"
        for _item in range(quantity if serial else 1):
            lot = None if plan.tracking == "none" else self._lot(plan, serial=serial)
            amount = 10 if serial else quantity * 10
            self._move("receipt", books, (home, lot), amount, reason, cost=cost, line=written)
        books.reversible = []  # reversing a receipt is a document of its own

    def _issue(self, books: _Books) -> None:
        rng, plan = self._rng, books.plan
        reason = rng.choice(_ISSUES).format(work=f"MO-{self._posted:%y}-{self._made % 7919:05d}")
        if plan.tracking == "serial":
            places = list(books.levels)
            for place in rng.sample(places, min(len(places), rng.randint(1, 2))):
                self._move("issue", books, place, -10, reason)
            return
        place = rng.choice(list(books.levels))
        there = books.levels[place]
        wanted = max(1, round(plan.delivery * rng.uniform(0.05, 0.45)))
        quantity = there if rng.random() < 0.06 else min(there, wanted)
        if plan.whole:
            quantity = min(there, max(10, quantity - quantity % 10))
        self._move("issue", books, place, -quantity, reason)

    def _transfer(self, books: _Books) -> None:
        rng = self._rng
        location, lot = place = rng.choice(list(books.levels))
        there = books.levels[place]
        quantity = there if there <= 10 or rng.random() < 0.3 else there // 20 * 10 or there
        known = {where for where, _lot in books.levels}
        others = sorted(known - {location})
        to = rng.choice(others) if others and rng.random() < 0.7 else rng.choice(self._shelves)
        if to == location:
            return
        reason = rng.choice(_TRANSFERS)
        self._move("transfer", books, place, -quantity, reason)
        self._move("transfer", books, (to, lot), quantity, reason)

    def _count(self, books: _Books) -> None:
        """Count the parts of a shelf: most agree with the books."""
        rng = self._rng
        location = rng.choice(list(books.levels))[0]
        here = self._at_location[location]
        reason = rng.choice(_COUNTS)
        stocktake = self._ids[STOCKTAKES].next()
        self._rows[STOCKTAKES].append(
            (stocktake, location, reason, self._actor, self._occurred, self._posted, self._key)
        )
        room = LARGEST_REQUEST
        for counted in rng.sample(here, min(len(here), 12)):
            places = [place for place in counted.levels if place[0] == location][:room]
            room -= len(places)
            for place in places:
                self._count_line(counted, place, stocktake, reason)

    def _count_line(self, books: _Books, place: Place, stocktake: int, reason: str) -> None:
        rng = self._rng
        expected, difference = books.levels[place], 0
        if books.plan.tracking != "serial" and rng.random() < 0.15:
            most = max(1, expected // 200)
            difference = max(-expected, rng.choice((-1, -1, 1)) * rng.randint(1, most) * 10)
        self._rows[STOCKTAKE_LINES].append(
            (
                self._ids[STOCKTAKE_LINES].next(),
                stocktake,
                books.plan.id,
                place[1],
                _shown(expected),
                _shown(expected + difference),
            )
        )
        if difference:
            self._move("stocktake", books, place, difference, reason, stocktake=stocktake)

    def _correct(self, books: _Books) -> None:
        """Reverse the part's last request, if what it put in is still there."""
        to_reverse = books.reversible
        if not all(books.levels.get(place, 0) >= quantity for _id, place, quantity in to_reverse):
            return
        books.reversible = []
        reason = self._rng.choice(_CORRECTIONS)
        for movement, place, quantity in to_reverse:
            self._move("correction", books, place, -quantity, reason, reverses=movement)

    # --- Pieces -----------------------------------------------------------------------------

    def _home(self, books: _Books) -> int:
        if books.levels:
            return next(iter(books.levels))[0]
        return self._rng.choice(self._shelves)

    def _lot(self, plan: PartPlan, *, serial: bool) -> int:
        lot = self._ids[LOTS].next()
        code = "" if serial else f"L{self._posted:%y%m%d}-{self._made:07d}"
        number = f"{plan.code}{self._posted:%y%m}{self._made:07d}{self._line}" if serial else ""
        self._rows[LOTS].append((lot, plan.id, code, number, None, "", self._posted))
        return lot

    def _move(
        self,
        kind: str,
        books: _Books,
        place: Place,
        quantity: int,
        reason: str,
        *,
        cost: str | None = None,
        stocktake: int | None = None,
        reverses: int | None = None,
        line: int | None = None,
    ) -> None:
        self._line += 1
        self._made += 1
        movement = self._ids[MOVEMENTS].next()
        self._rows[MOVEMENTS].append(
            (
                movement,
                kind,
                books.plan.id,
                place[0],
                place[1],
                _shown(quantity),
                cost,
                books.plan.currency if cost else "",
                reason,
                stocktake,
                reverses,
                self._actor,
                self._occurred,
                self._posted,
                self._key,
                self._line,
                line,
            )
        )
        self._enter(books, place, quantity)
        if kind in {"receipt", "issue", "transfer"}:
            if self._line == 1:
                books.reversible = []
            books.reversible.append((movement, place, quantity))

    def _enter(self, books: _Books, place: Place, quantity: int) -> None:
        books.total += quantity
        left = books.levels.get(place, 0) + quantity
        if left:
            books.levels[place] = left
            if (seen := (place[0], books.plan.id)) not in self._seen_at:
                self._seen_at.add(seen)
                self._at_location[place[0]].append(books)
        else:
            del books.levels[place]


def _shown(tenths: int) -> str:
    """``125`` as ``12.5``."""
    return f"{tenths / 10:.1f}" if tenths % 10 else str(tenths // 10)
