# factory_boy declares no types for its declarations.
# mypy: disable-error-code="no-untyped-call"
"""Things for tests. People are the cast in cast.py; stock and orders come in by the services."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from access.models import User
from catalog.models import Category, Part, Supplier, SupplierPart
from purchasing import drafting, life, receiving
from purchasing.entries import Arrival, DraftLine
from purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder
from stock import services
from stock.entries import Line, Move, Posting
from stock.models import Location, StockLevel, StockMovement


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name_en = Sequence(lambda n: f"Motors {n}")
    name_ja = Sequence(lambda n: f"モーター {n}")


class LocationFactory(DjangoModelFactory[Location]):
    class Meta:
        model = Location

    name_en = Sequence(lambda n: f"Shelf {n}")
    name_ja = Sequence(lambda n: f"棚 {n}")


class PartFactory(DjangoModelFactory[Part]):
    class Meta:
        model = Part

    number = Sequence(lambda n: f"MT-{n:04}")
    name_en = Sequence(lambda n: f"Brushless motor {n}")
    name_ja = Sequence(lambda n: f"ブラシレスモーター {n}")
    category = SubFactory(CategoryFactory)


class SupplierFactory(DjangoModelFactory[Supplier]):
    class Meta:
        model = Supplier

    name = Sequence(lambda n: f"Tokyo Rotor {n}")


class SupplierPartFactory(DjangoModelFactory[SupplierPart]):
    class Meta:
        model = SupplierPart

    part = SubFactory(PartFactory)
    supplier = SubFactory(SupplierFactory)
    sku = Sequence(lambda n: f"TR-{n:04}")


# --- Stock: one line each, through the services; `key` and `at` only where a test needs them ---


def line(part: Part, location: Location, quantity: int | str | Decimal, **extra: object) -> Line:
    return Line(part=part, location=location, quantity=Decimal(quantity), **extra)  # type: ignore[arg-type]


def move(
    part: Part, location: Location, to: Location, quantity: int | str | Decimal, **extra: object
) -> Move:
    return Move(part=part, location=location, to=to, quantity=Decimal(quantity), **extra)  # type: ignore[arg-type]


def receive(
    *lines: Line,
    by: User | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    reason: str = "",
) -> Posting:
    return services.receive(
        lines=lines, reason=reason, by=by, at=at or timezone.now(), key=key or uuid.uuid4()
    )


def issue(
    *lines: Line,
    by: User | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    reason: str = "",
) -> Posting:
    return services.issue(
        lines=lines, reason=reason, by=by, at=at or timezone.now(), key=key or uuid.uuid4()
    )


def transfer(
    *lines: Move,
    by: User | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    reason: str = "",
) -> Posting:
    return services.transfer(
        lines=lines, reason=reason, by=by, at=at or timezone.now(), key=key or uuid.uuid4()
    )


def correct(
    *movements: StockMovement,
    by: User | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    reason: str = "typing error",
) -> Posting:
    return services.correct(
        movements=movements, reason=reason, by=by, at=at or timezone.now(), key=key or uuid.uuid4()
    )


def stocked(part: Part, location: Location, quantity: int | str | Decimal, **extra: object) -> Part:
    """The part, with so many of it received into the location."""
    receive(line(part, location, quantity, **extra))
    part.refresh_from_db()
    return part


def level(part: Part, location: Location, lot: str = "") -> Decimal:
    """What the books say lies there; 0 where nothing ever lay."""
    levels = StockLevel.objects.filter(part=part, location=location)
    levels = levels.filter(lot__code=lot) if lot else levels.filter(lot=None)
    return levels.values_list("quantity", flat=True).first() or Decimal(0)


# --- Orders: likewise; what is not given is empty, and the version is the present one ---


def wanted(
    what: Part | SupplierPart,
    quantity: int | str | Decimal = 1,
    price: int | str | Decimal | None = None,
    currency: str = "JPY",
    **extra: object,
) -> DraftLine:
    """A line of a draft: so many packs of a part, or of a supplier part at its own price."""
    part, offer = (what, None) if isinstance(what, Part) else (what.part, what)
    if offer and price is None and offer.unit_price is not None:
        price, currency = offer.unit_price, offer.currency
    return DraftLine(
        part=part,
        supplier_part=offer,
        quantity=Decimal(quantity),
        unit_price=None if price is None else Decimal(price),
        currency="" if price is None else currency,
        **extra,  # type: ignore[arg-type]
    )


def draft(
    *lines: DraftLine,
    by: User,
    supplier: Supplier | None = None,
    destination: Location | None = None,
    expected_on: date | None = None,
    notes: str = "",
    at: datetime | None = None,
    key: uuid.UUID | None = None,
) -> PurchaseOrder:
    """An order as the database has it; of the supplier of its first line unless told."""
    offer = lines[0].supplier_part if lines else None
    order = drafting.create_draft(
        supplier=supplier or (offer.supplier if offer else SupplierFactory.create()),
        lines=lines,
        destination=destination,
        expected_on=expected_on,
        notes=notes,
        by=by,
        at=at or timezone.now(),
        key=key or uuid.uuid4(),
    )
    return now(order)


def now(order: PurchaseOrder) -> PurchaseOrder:
    """The order as it is now."""
    return PurchaseOrder.objects.get(pk=order.pk)


def approve(order: PurchaseOrder, *, by: User, at: datetime | None = None) -> PurchaseOrder:
    life.approve(order.pk, version=now(order).version, by=by, at=at or timezone.now())
    return now(order)


def place(
    order: PurchaseOrder,
    *,
    by: User,
    reference: str = "",
    expected_on: date | None = None,
    at: datetime | None = None,
) -> PurchaseOrder:
    """Approved before, the order is given to the supplier."""
    life.place(
        order.pk,
        version=now(order).version,
        reference=reference,
        expected_on=expected_on,
        by=by,
        at=at or timezone.now(),
    )
    return now(order)


def ordered(*lines: DraftLine, by: User, **values: object) -> PurchaseOrder:
    """A draft that was approved and placed."""
    order = draft(*lines, by=by, **values)  # type: ignore[arg-type]
    return place(approve(order, by=by), by=by, expected_on=order.expected_on)


def arrival(
    line: OrderLine, quantity: int | str | Decimal, location: Location, **extra: object
) -> Arrival:
    return Arrival(line=line.pk, quantity=Decimal(quantity), location=location, **extra)  # type: ignore[arg-type]


def arrive(
    order: PurchaseOrder,
    *arrivals: Arrival,
    by: User | None = None,
    delivery_note: str = "",
    reason: str = "",
    at: datetime | None = None,
    key: uuid.UUID | None = None,
) -> GoodsReceipt:
    """A delivery of the order."""
    return receiving.receive(
        order.pk,
        version=now(order).version,
        arrivals=arrivals,
        delivery_note=delivery_note,
        reason=reason,
        by=by,
        at=at or timezone.now(),
        key=key or uuid.uuid4(),
    )


def take_back(
    receipt: GoodsReceipt,
    *,
    by: User | None = None,
    reason: str = "wrong order",
    at: datetime | None = None,
    key: uuid.UUID | None = None,
) -> GoodsReceipt:
    """The document that reverses a receipt."""
    return receiving.reverse(
        receipt.pk, reason=reason, by=by, at=at or timezone.now(), key=key or uuid.uuid4()
    )


def arrived(
    line: OrderLine,
    quantity: int | str | Decimal,
    location: Location,
    *,
    by: User | None = None,
    at: datetime | None = None,
    **extra: object,
) -> GoodsReceipt:
    """The delivery of so many packs of one line."""
    return arrive(line.order, arrival(line, quantity, location, **extra), by=by, at=at)
