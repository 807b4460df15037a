"""A purchasing desk that a story is told of: orders, and what arrives of them."""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal

from access.roles import Role
from catalog.models import Part, SupplierPart
from core import currencies
from demo.storeroom import Storeroom
from purchasing import drafting, life, receiving
from purchasing.entries import Arrival, DraftLine
from purchasing.errors import SecondPersonError
from purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder
from stock.models import StockMovement


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A supplier part, and what one pack of it holds."""

    supplier_part: SupplierPart
    factor: Decimal


class PurchasingDesk:
    """Works through the services, in the names of the demo users."""

    def __init__(self, store: Storeroom, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._offers = _best_offers(store.parts.values())

    def by_supplier(self, numbers: Iterable[str]) -> list[list[str]]:
        """The parts that one order each is for; those that nobody sells are left out."""
        orders: dict[int, list[str]] = {}
        for number in numbers:
            if offer := self._offers.get(number):
                orders.setdefault(offer.supplier_part.supplier_id, []).append(number)
        return list(orders.values())

    def draft(
        self, wanted: Mapping[str, Decimal], *, expected_on: date, at: datetime, notes: str = ""
    ) -> PurchaseOrder:
        """An order for so much of each part, in whole packs, of the supplier of the first."""
        lines = [self._line(number, quantity) for number, quantity in wanted.items()]
        return drafting.create_draft(
            supplier=self._offers[next(iter(wanted))].supplier_part.supplier,
            lines=lines,
            destination=self._store.inspection,
            expected_on=expected_on,
            notes=notes,
            by=self._store.user(Role.BUYER),
            at=at,
            key=self._store.key(),
        )

    def approve(self, order: PurchaseOrder, *, at: datetime) -> None:
        """By the buyer, or above the limits by the administrator."""
        try:
            life.approve(order.pk, version=_version(order), by=self._store.user(Role.BUYER), at=at)
        except SecondPersonError:
            life.approve(
                order.pk, version=_version(order), by=self._store.user(Role.ADMINISTRATOR), at=at
            )

    def place(self, order: PurchaseOrder, *, expected_on: date, at: datetime) -> None:
        life.place(
            order.pk,
            version=_version(order),
            reference=f"SO-{self._rng.randint(10_000, 99_999)}",
            expected_on=expected_on,
            by=self._store.user(Role.BUYER),
            at=at,
        )

    def receive(
        self, order: PurchaseOrder, *, at: datetime, packs: Mapping[str, Decimal] | None = None
    ) -> GoodsReceipt:
        """What is missing of the order arrives at the inspection, or so many packs of parts."""
        arrivals = []
        for line in _awaited(order):
            quantity = line.missing if packs is None else packs.get(line.part.number)
            if quantity:
                lot, serials = self._store.label(line.part, quantity * line.factor, at)
                arrivals.append(
                    Arrival(
                        line=line.pk,
                        quantity=quantity,
                        location=self._store.inspection,
                        lot=lot,
                        serials=serials,
                    )
                )
        return receiving.receive(
            order.pk,
            version=_version(order),
            arrivals=arrivals,
            delivery_note=f"N{self._rng.randint(100_000, 999_999)}",
            reason="",
            by=self._store.user(Role.STOREKEEPER),
            at=at,
            key=self._store.key(),
        )

    def reverse(self, receipt: GoodsReceipt, *, reason: str, at: datetime) -> None:
        receiving.reverse(
            receipt.pk,
            reason=reason,
            by=self._store.user(Role.STOREKEEPER),
            at=at,
            key=self._store.key(),
        )

    def put_away(self, receipt: GoodsReceipt, *, at: datetime) -> None:
        """What a receipt brought has passed the inspection."""
        brought = StockMovement.objects.filter(receipt_line__receipt=receipt)
        self._store.put_away(brought.select_related("part", "lot").order_by("pk"), at=at)

    def request_approval(self, order: PurchaseOrder, *, at: datetime) -> None:
        life.request_approval(
            order.pk, version=_version(order), by=self._store.user(Role.BUYER), at=at
        )

    def send_back(self, order: PurchaseOrder, *, reason: str, at: datetime) -> None:
        life.send_back(
            order.pk,
            version=_version(order),
            reason=reason,
            by=self._store.user(Role.ADMINISTRATOR),
            at=at,
        )

    def cancel(self, order: PurchaseOrder, *, reason: str, at: datetime) -> None:
        life.cancel(
            order.pk,
            version=_version(order),
            reason=reason,
            by=self._store.user(Role.BUYER),
            at=at,
        )

    def postpone(
        self, order: PurchaseOrder, *, expected_on: date, reason: str, at: datetime
    ) -> None:
        life.postpone(
            order.pk,
            version=_version(order),
            expected_on=expected_on,
            reason=reason,
            by=self._store.user(Role.BUYER),
            at=at,
        )

    def close_short(self, order: PurchaseOrder, *, reason: str, at: datetime) -> None:
        """Nothing more of it will come."""
        life.close_short(
            order.pk,
            version=_version(order),
            lines={line.pk for line in _awaited(order)},
            reason=reason,
            by=self._store.user(Role.BUYER),
            at=at,
        )

    def awaited(self, order: PurchaseOrder) -> Collection[OrderLine]:
        """The lines that something is missing of."""
        return _awaited(order)

    def _line(self, number: str, quantity: Decimal) -> DraftLine:
        offer = self._offers[number]
        sold = offer.supplier_part
        packs = (quantity / offer.factor).to_integral_value(rounding=ROUND_CEILING)
        price = sold.unit_price
        if price is not None:
            negotiated = price * Decimal(self._rng.choice(("0.97", "1", "1", "1.02")))
            price = currencies.rounded(negotiated, sold.currency)
        return DraftLine(
            part=sold.part,
            supplier_part=sold,
            quantity=max(packs, sold.minimum_order_quantity),
            unit_price=price,
            currency=sold.currency,
        )


def _best_offers(parts: Iterable[Part]) -> dict[str, Offer]:
    """Of each part the preferred supplier part, or else the first one."""
    offers = SupplierPart.objects.filter(part__in=list(parts), active=True, supplier__active=True)
    best: dict[str, Offer] = {}
    for offer in offers.select_related("part", "supplier").order_by("-preferred", "pk"):
        best.setdefault(
            offer.part.number, Offer(supplier_part=offer, factor=offer.pack_in_base_units)
        )
    return best


def _version(order: PurchaseOrder) -> int:
    return PurchaseOrder.objects.values_list("version", flat=True).get(pk=order.pk)


def _awaited(order: PurchaseOrder) -> list[OrderLine]:
    lines = order.lines.filter(closed=False, outstanding__gt=0).select_related("part")
    return list(lines.order_by("position"))
