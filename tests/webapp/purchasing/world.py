"""A small world of parts, suppliers and people, in which anything may happen in any order."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing import drafting, life
from purchasing.entries import Arrival, DraftLine
from purchasing.models import (
    ApprovalLimit,
    GoodsReceipt,
    OrderLine,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder import decisions
from purchasing.reorder.evaluation import reorder
from purchasing.reorder.sweep import sweep
from stock.models import Location, StockLevel
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    arrive,
    draft,
    issue,
    line,
    place,
    receive,
    take_back,
    wanted,
)


@dataclass(frozen=True)
class Step:
    """Something that somebody tries; `which` and `how_many` choose the rest of it."""

    what: str
    which: int
    how_many: int
    stale: bool = False  # by a page that was opened before the last change
    astray: bool = False  # on something that it was not made for


@dataclass
class World:
    """Four parts, two suppliers, two people, some orders; just enough of everything is coming."""

    people: tuple[User, User]
    shelf: Location = field(init=False)
    parts: list[Part] = field(init=False)
    suppliers: list[Supplier] = field(init=False)
    serials: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.shelf = LocationFactory.create()
        self.suppliers = near, far = SupplierFactory.create_batch(2)
        motor = PartFactory.create(reorder_point=10, target_quantity=15)
        screw = PartFactory.create(reorder_point=250, reorder_quantity=120)
        wire = PartFactory.create(reorder_point=45, unit="m")
        drone = PartFactory.create(reorder_point=5, target_quantity=9, tracking="serial")
        self.parts = [motor, screw, wire, drone]
        price: dict[str, Any] = {"unit_price": 1000, "currency": "JPY"}
        sell = SupplierPartFactory.create
        sell(part=motor, supplier=near, preferred=True, minimum_order_quantity=3, **price)
        sell(part=motor, supplier=far, **price)
        sell(part=screw, supplier=near, pack_quantity=100, **price)
        sell(part=wire, supplier=far, pack_quantity=100, pack_unit="ft", **price)
        sell(part=drone, supplier=far, pack_quantity=2, preferred=True)  # without a price
        sell(part=drone, supplier=near, **price)
        for part, quantity in [(motor, 8), (screw, 90), (wire, 20)]:
            receive(line(part, self.shelf, quantity))
        receive(*(line(drone, self.shelf, 1, serial=self.serial()) for _item in range(4)))
        for offers in ([0, 2], [0], [1, 3, 4], [2]):
            lines = [wanted(SupplierPart.objects.order_by("pk")[offer]) for offer in offers]
            draft(*lines, by=self.people[0])
        for order in PurchaseOrder.objects.order_by("-pk")[:3]:
            approve(order, by=self.people[1])
        for order in PurchaseOrder.objects.order_by("-pk")[:2]:
            place(order, by=self.people[0])

    def set_limits(self) -> None:
        ApprovalLimit.objects.create(
            currency="JPY", second_person_above=20_000, automatic_up_to=4_000
        )

    def serial(self) -> str:
        return f"S{next(self.serials):04}"

    def take(self, step: Step) -> None:
        """Do what the step says; what cannot be is refused by a BusinessError."""
        doing: dict[str, Callable[[Step], object]] = {
            "issue": self.issue,
            "stock": self.stock,
            "draft": self.draft,
            "edit": self.edit,
            "request": lambda s: self.decide(s, life.request_approval, {"draft"}),
            "approve": self.approve,
            "send back": lambda s: self.decide(s, life.send_back, {"approved"}, reason="no"),
            "place": self.place,
            "postpone": self.postpone,
            "cancel": lambda s: self.decide(
                s, life.cancel, {"draft", "approved", "ordered"}, reason="no"
            ),
            "receive": self.receive,
            "reverse": self.reverse,
            "close": lambda s: self.close(s, life.close_short, {"ordered", "partial"}),
            "open": lambda s: self.close(s, life.open_again, {"closed", "partial", "cancelled"}),
            "accept": lambda s: decisions.accept(
                self.proposals(s), by=self.person(s), at=timezone.now()
            ),
            "change": self.change,
            "dismiss": self.dismiss,
            "offers": self.change_offers,
            "sweep": lambda _step: sweep(),
        }
        doing[step.what](step)

    # --- Stock ---

    def issue(self, step: Step) -> None:
        part = self.part(step)
        if part.tracking == "serial":
            there = StockLevel.objects.filter(part=part, quantity=1).order_by("pk")
            serials = there.values_list("lot__serial", flat=True)[: step.how_many]
            issue(*(line(part, self.shelf, 1, serial=serial) for serial in serials or ["?"]))
        else:
            issue(line(part, self.shelf, step.how_many * self.size(part)))

    def stock(self, step: Step) -> None:
        part = self.part(step)
        if part.tracking == "serial":
            receive(line(part, self.shelf, 1, serial=self.serial()))
        else:
            receive(line(part, self.shelf, step.how_many * self.size(part)))

    # --- Orders ---

    def draft(self, step: Step) -> None:
        supplier = self.suppliers[step.which % 2]
        offers = supplier.supplier_parts.order_by("pk")[: 1 + step.how_many % 3]
        lines = [wanted(offer, self.packs(offer.part, step.how_many)) for offer in offers]
        draft(*lines, supplier=supplier, by=self.person(step))

    def edit(self, step: Step) -> None:
        """Another quantity on the first line; and the last one goes, or another one comes."""
        order = self.order(step, {"draft"})
        lines = [self.as_asked(row) for row in order.lines.order_by("position")]
        if lines:
            lines[0] = self.as_asked(
                order.lines.earliest("position"), packs=self.packs(lines[0].part, step.how_many)
            )
        if step.how_many % 3 == 0:
            lines = lines[:-1]
        elif step.how_many % 3 == 1:
            offers = order.supplier.supplier_parts.order_by("pk")
            lines.append(wanted(offers[step.which % len(offers)], 1))
        drafting.edit_draft(
            order.pk,
            version=order.version - step.stale,
            supplier=order.supplier,
            lines=lines,
            destination=None,
            expected_on=None,
            notes="",
            by=self.person(step),
            at=timezone.now(),
        )

    def as_asked(self, row: OrderLine, packs: Decimal | None = None) -> DraftLine:
        return DraftLine(
            part=row.part,
            supplier_part=row.supplier_part,
            quantity=row.quantity if packs is None else packs,
            unit_price=row.unit_price,
            currency=row.currency,
            tolerance_percent=Decimal(20),
            line=row.pk,
        )

    def approve(self, step: Step) -> None:
        if step.stale:
            self.decide(step, life.approve, {"draft"})
        else:
            approve(self.order(step, {"draft"}), by=self.person(step))

    def place(self, step: Step) -> None:
        place(self.order(step, {"approved"}), by=self.person(step))

    def postpone(self, step: Step) -> None:
        day = timezone.localdate() + timedelta(days=step.how_many)
        self.decide(step, life.postpone, {"approved", "ordered"}, expected_on=day, reason="")

    def decide(
        self, step: Step, what: Callable[..., object], states: Collection[str], **values: object
    ) -> None:
        order = self.order(step, states)
        what(
            order.pk,
            version=order.version - step.stale,
            by=self.person(step),
            at=timezone.now(),
            **values,
        )

    def receive(self, step: Step) -> None:
        """Some of the lines, whole or in part or a little more."""
        order = self.order(step, {"ordered", "partial"})
        rows = order.lines.select_related("part").order_by("position")
        arrivals = [
            self.arrival(row, step)
            for number, row in enumerate(rows)
            if (step.which + number) % 3 and not row.closed
        ]
        arrive(order, *arrivals, by=self.person(step), key=uuid.uuid4())

    def arrival(self, row: OrderLine, step: Step) -> Arrival:
        packs = self.packs(row.part, step.how_many)
        if row.part.tracking == "none" or step.how_many % 2:
            packs = min(packs, row.missing) if step.which % 7 else packs
        items = int(packs * row.factor) if row.part.tracking == "serial" else 0
        return Arrival(
            line=row.pk,
            quantity=packs,
            location=self.shelf,
            serials=tuple(self.serial() for _item in range(items)),
        )

    def reverse(self, step: Step) -> None:
        receipts = GoodsReceipt.objects.order_by("pk")
        if receipts:
            take_back(receipts[step.which % len(receipts)], by=self.person(step))

    def close(self, step: Step, what: Callable[..., object], states: Collection[str]) -> None:
        order = self.order(step, states)
        lines = order.lines.order_by("position").values_list("pk", flat=True)
        chosen = [pk for number, pk in enumerate(lines) if (step.how_many + number) % 3]
        what(
            order.pk,
            version=order.version - step.stale,
            lines=chosen,
            reason="sold out",
            by=self.person(step),
            at=timezone.now(),
        )

    # --- Proposals ---

    def proposals(self, step: Step) -> list[int]:
        """An open one, or one that was decided."""
        every = ReorderProposal.objects.order_by("-pk")
        chosen = every.exclude(state="open") if step.astray else every.filter(state="open")
        keys = list(chosen.values_list("pk", flat=True))
        return [keys[step.which % len(keys)]] if keys else []

    def change(self, step: Step) -> None:
        for key in self.proposals(step):
            decisions.change(
                key, packs=Decimal(step.how_many), by=self.person(step), at=timezone.now()
            )

    def dismiss(self, step: Step) -> None:
        decisions.dismiss(
            self.proposals(step),
            until=timezone.localdate() + timedelta(days=step.how_many - 1),
            reason="enough",
            by=self.person(step),
            at=timezone.now(),
        )

    def change_offers(self, step: Step) -> None:
        """A supplier begins or ceases to sell a part, and the part is looked at."""
        offers = SupplierPart.objects.filter(part=self.part(step)).order_by("pk")
        offer = offers[step.how_many % len(offers)]
        offer.active = not offer.active
        offer.save(update_fields=["active"])
        reorder([offer.part_id], at=timezone.now())

    # --- What a step is about ---

    def person(self, step: Step) -> User:
        return self.people[step.how_many % 2]

    def part(self, step: Step) -> Part:
        return self.parts[step.which % len(self.parts)]

    def size(self, part: Part) -> Decimal:
        """Small steps of a part: so many, and not one, of what lies there by the hundred."""
        return {0: Decimal(1), 1: Decimal(15), 2: Decimal("2.5"), 3: Decimal(1)}[
            self.parts.index(part)
        ]

    def packs(self, part: Part, how_many: int) -> Decimal:
        return Decimal(how_many) / 2 if part.unit == "m" else Decimal(how_many)

    def order(self, step: Step, states: Collection[str]) -> PurchaseOrder:
        """One in these states, if there is one; the youngest first."""
        every = PurchaseOrder.objects.select_related("supplier").order_by("-pk")
        fitting = list(every.filter(state__in=states))
        orders = list(every) if step.astray or not fitting else fitting
        return orders[step.which % len(orders)]
