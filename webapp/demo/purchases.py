"""What the story tells of purchasing: what is ordered, how it comes, and what goes wrong.

People order from lists for sixty days. On the last day the parts get their reorder points back,
and the system proposes what is short now.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from access.roles import Role
from catalog.models import Part
from core.bulk import update_rows
from demo.desk import PurchasingDesk
from demo.storeroom import Storeroom
from purchasing.models import ApprovalLimit, ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder.decisions import dismiss
from purchasing.reorder.sweep import sweep

_LIMITS = {"JPY": Decimal(500_000), "USD": Decimal(3_500)}
_CAN_WAIT = ("RAD-VTX-57", "GMB-3A-700", "CAM-TH-640")
_IN_PARTS = 0.2  # of the deliveries with several lines

# Told so many working days before the last one.
_GIVEN_UP, _GIVEN_UP_CAME, _GIVEN_UP_CLOSED = 30, 25, 20
_ORDERED_TWICE = 18
_POSTPONED, _POSTPONED_TOLD = 14, 5
_LATE, _LATE_CAME = 12, 4
_WRONG_RECEIPT = 11
_SENT_BACK, _SENT_BACK_TOLD = 3, 2
_LAST_ORDERS = 8
_TO_BE_PLACED, _WAITING = 1, 0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What comes of an order; only these parts of it, where it comes in two parts."""

    order: PurchaseOrder
    parts: frozenset[str]


class Purchases:
    """Decides by the day what is ordered and what arrives."""

    def __init__(self, store: Storeroom, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._desk = PurchasingDesk(store, rng)
        self._arriving: dict[int, list[Delivery]] = {}
        self._ordered: set[str] = set()
        self._told: dict[str, PurchaseOrder] = {}
        self._wrong_receipt_due = False

    def begin(self) -> None:
        """Approval limits stand; nothing is re-ordered by itself yet."""
        for currency, limit in _LIMITS.items():
            ApprovalLimit.objects.create(currency=currency, second_person_above=limit)
        self._set_points(dict.fromkeys(self._store.parts, Decimal(0)))

    def end(self, now: datetime) -> None:
        """The reorder points count from today on: what is short is proposed."""
        self._set_points({number: part.reorder_point for number, part in self._store.parts.items()})
        sweep(at=now)
        open_ = ReorderProposal.objects.filter(state=ProposalState.OPEN)
        for_later = open_.filter(part__number__in=_CAN_WAIT).order_by("-part__number").first()
        if for_later:
            dismiss(
                [for_later.pk],
                until=timezone.localdate() + timedelta(days=30),
                reason="次の受注まで待つ",
                by=self._store.user(Role.BUYER),
                at=now,
            )
        draft = PurchaseOrder.objects.filter(
            collecting=True, lines__part__number="CHG-14S-3000"
        ).first()
        if draft:
            self._desk.approve(draft, at=now)
            self._desk.place(draft, expected_on=now.date() + timedelta(days=40), at=now)

    def arrive(self, index: int, day: datetime) -> None:
        """What comes on this morning."""
        for delivery in self._arriving.pop(index, ()):
            self._receive(delivery, day)

    def order(self, index: int, left: int, day: datetime, short: Mapping[str, Decimal]) -> None:
        """Order what fell short today, and whatever the story tells of this day.

        Nothing any more on the last days: the system is about to do it.
        """
        wanted = [
            number for number in short if number not in self._ordered and left >= _LAST_ORDERS
        ]
        for numbers in self._desk.by_supplier(wanted):
            arrives = index + self._rng.randint(3, 8)
            promised = arrives - index + self._rng.choice((0, 0, 0, 0, 1, -1))
            order = self._placed({number: short[number] for number in numbers}, day, days=promised)
            self._ordered.update(numbers)
            self._expect(order, numbers, arrives)
        self._tell(left, day)

    # --- What happens as a rule ---

    def _placed(self, wanted: Mapping[str, Decimal], day: datetime, *, days: int) -> PurchaseOrder:
        expected = _working_days_after(day, days)
        order = self._desk.draft(wanted, expected_on=expected, at=_at(day, 16, 35))
        self._desk.approve(order, at=_at(day, 16, 45))
        self._desk.place(order, expected_on=expected, at=_at(day, 16, 50))
        return order

    def _expect(self, order: PurchaseOrder, numbers: list[str], arrives: int) -> None:
        """Some orders of several parts come in two deliveries."""
        parts = [frozenset(numbers)]
        if len(numbers) > 1 and self._rng.random() < _IN_PARTS:
            parts = [frozenset(numbers[:1]), frozenset(numbers[1:])]
        for later, some in enumerate(parts):
            self._arriving.setdefault(arrives + 2 * later, []).append(
                Delivery(order=order, parts=some)
            )

    def _receive(self, delivery: Delivery, day: datetime) -> None:
        order = delivery.order
        lines = [line for line in self._desk.awaited(order) if line.part.number in delivery.parts]
        packs = {line.part.number: line.missing for line in lines}
        self._ordered -= delivery.parts
        if self._wrong_receipt_due and all(line.part.tracking == "none" for line in lines):
            self._wrong_receipt_due = False
            few = {number: Decimal(1) for number in packs}
            wrong = self._desk.receive(order, at=_at(day, 9, 40), packs=few)
            self._desk.reverse(wrong, reason="別の注文の納品書で入力した", at=_at(day, 10, 0))
        receipt = self._desk.receive(order, at=_at(day, 10, 15), packs=packs)
        self._desk.put_away(receipt, at=_at(day, 10, 50))

    # --- What goes wrong, and what waits for somebody ---

    def _tell(self, left: int, day: datetime) -> None:
        told = {
            _GIVEN_UP: self._order_nozzles,
            _GIVEN_UP_CAME: self._receive_some_nozzles,
            _GIVEN_UP_CLOSED: self._give_nozzles_up,
            _ORDERED_TWICE: self._order_twice,
            _POSTPONED: self._order_transmitters,
            _POSTPONED_TOLD: self._postpone_transmitters,
            _LATE: self._order_arms,
            _LATE_CAME: self._receive_some_arms,
            _WRONG_RECEIPT: self._be_careless,
            _SENT_BACK: self._order_too_much,
            _SENT_BACK_TOLD: self._send_back,
            _TO_BE_PLACED: self._approve_only,
            _WAITING: self._ask_for_approval,
        }.get(left)
        if told:
            told(day)

    def _order_nozzles(self, day: datetime) -> None:
        self._told["nozzles"] = self._placed({"SPR-NZL-110": Decimal(72)}, day, days=5)

    def _receive_some_nozzles(self, day: datetime) -> None:
        self._receive_some("nozzles", {"SPR-NZL-110": Decimal(4)}, day)

    def _give_nozzles_up(self, day: datetime) -> None:
        if order := self._told.get("nozzles"):
            reason = "残りは製造中止。後継品を次回から"
            self._desk.close_short(order, reason=reason, at=_at(day, 11, 30))

    def _order_twice(self, day: datetime) -> None:
        wanted = {"SLV-HS-12": Decimal(100)}
        expected = _working_days_after(day, 3)
        order = self._desk.draft(wanted, expected_on=expected, at=_at(day, 13, 5))
        self._desk.approve(order, at=_at(day, 13, 10))
        self._desk.cancel(order, reason="二重発注のため", at=_at(day, 13, 40))

    def _order_transmitters(self, day: datetime) -> None:
        self._told["transmitters"] = self._placed({"RID-BLE-01": Decimal(12)}, day, days=7)
        self._ordered.add("RID-BLE-01")

    def _postpone_transmitters(self, day: datetime) -> None:
        if order := self._told.get("transmitters"):
            self._desk.postpone(
                order,
                expected_on=_working_days_after(day, 12),
                reason="部品不足のため出荷が遅れるとの連絡",
                at=_at(day, 15, 20),
            )

    def _order_arms(self, day: datetime) -> None:
        self._told["arms"] = self._placed({"ARM-CF40-620": Decimal(20)}, day, days=8)
        self._ordered.add("ARM-CF40-620")

    def _receive_some_arms(self, day: datetime) -> None:
        """The rest is late, and nobody knows when it comes."""
        self._receive_some("arms", {"ARM-CF40-620": Decimal(2)}, day)

    def _receive_some(self, name: str, packs: Mapping[str, Decimal], day: datetime) -> None:
        if order := self._told.get(name):
            receipt = self._desk.receive(order, at=_at(day, 14, 20), packs=packs)
            self._desk.put_away(receipt, at=_at(day, 14, 50))

    def _be_careless(self, _day: datetime) -> None:
        self._wrong_receipt_due = True

    def _order_too_much(self, day: datetime) -> None:
        wanted = {"PKG-BOX-MIDORI4": Decimal(40), "PKG-LBL-UN3481": Decimal(300)}
        expected = _working_days_after(day, 6)
        order = self._desk.draft(wanted, expected_on=expected, at=_at(day, 16, 40))
        self._desk.approve(order, at=_at(day, 16, 50))
        self._told["packaging"] = order

    def _send_back(self, day: datetime) -> None:
        if order := self._told.get("packaging"):
            reason = "ラベルは在庫が十分。数量を減らしてください"
            self._desk.send_back(order, reason=reason, at=_at(day, 13, 10))

    def _approve_only(self, day: datetime) -> None:
        wanted = {"DMP-SI-08": Decimal(200)}
        expected = _working_days_after(day, 6)
        order = self._desk.draft(wanted, expected_on=expected, at=_at(day, 16, 40))
        self._desk.approve(order, at=_at(day, 16, 55))

    def _ask_for_approval(self, day: datetime) -> None:
        """Above the limit, so that somebody else than its author approves it."""
        order = self._desk.draft(
            {"LDG-SORA6-RET": Decimal(20)},
            expected_on=_working_days_after(day, 20),
            at=_at(day, 16, 40),
            notes="量産準備分",
        )
        self._desk.request_approval(order, at=_at(day, 16, 50))

    def _set_points(self, points: Mapping[str, Decimal]) -> None:
        parts = [Part(pk=self._store.parts[number].pk, reorder_point=points[number])
                 for number in points]  # fmt: skip
        update_rows(parts, ["reorder_point"])


def _at(day: datetime, hour: int, minute: int) -> datetime:
    return day.replace(hour=hour, minute=minute)


def _working_days_after(day: datetime, count: int) -> date:
    found = day.date()
    while count:
        found += timedelta(days=1)
        count -= found.weekday() < 5
    return found
