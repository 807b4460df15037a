# factory_boy declares no types for its declarations.
# mypy: disable-error-code="no-untyped-call"
"""Things for tests. People are the cast in cast.py; stock comes in by the services."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from access.models import User
from catalog.models import Category, Part, Supplier, SupplierPart
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
