"""What each virtual user works on: things that no other touches, and that do not run out.

So no step fails or does nothing because of what somebody else did, and what was booked can be
counted. Everything is made by the services that people use; a repeat makes nothing twice.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from access.models import User
from catalog.models import Part, Supplier, SupplierPart, Tracking
from demo.load_test.people import Work
from purchasing import drafting, life
from purchasing.entries import DraftLine
from purchasing.models import PurchaseOrder
from purchasing.states import OrderState
from stock import services
from stock.entries import Line
from stock.models import Location, StockMovement

PARTS_OF_A_STOREKEEPER = 8
OFFERS_OF_A_BUYER = 8
LINES = 3
STOCK = Decimal(100_000)
SITE = ("負荷試験", "Load test")
NAMESPACE = uuid.UUID("5f0d3c1e-6a52-4a4e-8f57-52f5a0c4d0a1")
# Orders of each buyer that stand at each station when the run begins, so that nobody waits.
WAITING = 2


class TooLittleDataError(Exception):
    """The catalogue has too few parts for so many users."""


type Slice = dict[str, Any]


def part_ids(count: int) -> list[int]:
    """Parts that anybody can count in ones: active, without lots and serial numbers."""
    parts = Part.objects.filter(active=True, tracking=Tracking.NONE, unit="pcs")
    found = list(parts.order_by("pk").values_list("pk", flat=True)[:count])
    if len(found) < count:
        raise TooLittleDataError(f"{count} parts are needed, the catalogue has {len(found)}.")
    return found


def offers(count: int) -> list[SupplierPart]:
    """The first of what each supplier sells, grouped so that an order finds its lines together."""
    sold = SupplierPart.objects.filter(
        active=True,
        supplier__active=True,
        part__active=True,
        part__tracking=Tracking.NONE,
        unit_price__isnull=False,
    )
    rows = sold.select_related("part", "supplier").order_by("supplier_id", "pk")
    return list(rows[:count])


def place(name: str, parent: Location | None) -> Location:
    found: Location | None = Location.objects.filter(name_en=name, parent=parent).first()
    if found is None:
        japanese = SITE[0] if parent is None else name
        found = Location.objects.create(name_ja=japanese, name_en=name, parent=parent)
    return found


def of_storekeepers(keepers: Sequence[User], *, at: datetime) -> Iterator[Slice]:
    """Two shelves and some parts of which there is plenty on the first."""
    site = place(SITE[1], None)
    ids = part_ids(len(keepers) * PARTS_OF_A_STOREKEEPER)
    for number, keeper in enumerate(keepers):
        mine = ids[number * PARTS_OF_A_STOREKEEPER :][:PARTS_OF_A_STOREKEEPER]
        parts = Part.objects.in_bulk(mine)
        shelf = place(f"{keeper.username} A", site)
        other = place(f"{keeper.username} B", site)
        services.receive(
            lines=[Line(part=parts[pk], location=shelf, quantity=STOCK) for pk in mine],
            reason="Load test: stock to begin with",
            by=keeper,
            at=at,
            key=uuid.uuid5(NAMESPACE, f"{keeper.username} opening"),
        )
        yield {
            "shelf": shelf.pk,
            "other": other.pk,
            "parts": [{"id": pk, "number": parts[pk].number} for pk in mine],
        }


def of_buyers(buyers: Sequence[User], manager: User, *, at: datetime) -> Iterator[Slice]:
    """A supplier with parts it sells, and orders that stand at each station."""
    site = place(SITE[1], None)
    goods_in = place("Goods in", site)
    groups = _by_supplier(offers(5000))
    for number, buyer in enumerate(buyers):
        sold = groups[number % len(groups)]
        begin = (number // len(groups)) * LINES % len(sold)
        mine = (sold[begin:] + sold[:begin])[:OFFERS_OF_A_BUYER]
        orders = {
            station: [
                _order(buyer, manager, mine, goods_in, station, turn, at=at).pk
                for turn in range(WAITING)
            ]
            for station in (OrderState.DRAFT, OrderState.APPROVED, OrderState.ORDERED)
        }
        yield {
            "supplier": mine[0].supplier_id,
            "destination": goods_in.pk,
            "offers": [
                {"id": offer.pk, "part": offer.part_id, "number": offer.part.number}
                for offer in mine
            ],
            "orders": {station.value: ids for station, ids in orders.items()},
        }


def _by_supplier(sold: Collection[SupplierPart]) -> list[list[SupplierPart]]:
    groups: dict[int, dict[int, SupplierPart]] = {}
    for offer in sold:
        groups.setdefault(offer.supplier_id, {}).setdefault(offer.part_id, offer)
    enough = [list(group.values()) for group in groups.values() if len(group) >= LINES]
    if not enough:
        raise TooLittleDataError(f"No supplier sells {LINES} parts at a price.")
    return enough


def _order(
    buyer: User,
    manager: User,
    sold: Sequence[SupplierPart],
    destination: Location,
    station: OrderState,
    turn: int,
    *,
    at: datetime,
) -> PurchaseOrder:
    """An order that was drafted, and went on as far as `station`."""
    order = drafting.create_draft(
        supplier=sold[0].supplier,
        lines=[
            DraftLine(
                part=offer.part,
                supplier_part=offer,
                quantity=offer.minimum_order_quantity,
                unit_price=offer.unit_price,
                currency=offer.currency,
            )
            for offer in sold[:LINES]
        ],
        destination=destination,
        expected_on=None,
        notes="",
        by=buyer,
        at=at,
        key=uuid.uuid5(NAMESPACE, f"{buyer.username} {station} {turn}"),
    )
    if order.is_draft and order.approval_requested_at is None:
        order = life.request_approval(order.pk, version=order.version, by=buyer, at=at)
    if station == OrderState.DRAFT:
        return order
    if order.state == OrderState.DRAFT:
        order = life.approve(order.pk, version=order.version, by=manager, at=at)
    if station == OrderState.ORDERED and order.state == OrderState.APPROVED:
        order = life.place(
            order.pk, version=order.version, reference="", expected_on=None, by=buyer, at=at
        )
    return order


def of_everybody(looked_at: int = 200) -> Slice:
    """What is looked up and changed by nobody: numbers, words in both languages, filters."""
    step = max(1, Part.objects.count() // looked_at)
    parts = list(
        Part.objects.filter(active=True)
        .order_by("pk")
        .values("id", "number", "name_ja", "name_en", "category_id")[: step * looked_at : step]
    )
    sells = SupplierPart.objects.filter(supplier=OuterRef("pk"))
    return {
        "parts": [
            {
                "id": part["id"],
                "number": part["number"],
                "ja": part["name_ja"],
                "en": part["name_en"],
                "category": part["category_id"],
            }
            for part in parts
        ],
        "moved": list(
            Part.objects.filter(Exists(StockMovement.objects.filter(part=OuterRef("pk"))))
            .order_by("pk")
            .values_list("number", flat=True)[:looked_at]
        ),
        "orders": list(
            PurchaseOrder.objects.order_by("pk").values_list("number", flat=True)[:looked_at]
        ),
        "suppliers": list(Supplier.objects.filter(Exists(sells)).values_list("pk", flat=True)[:50]),
    }


def prepare(people: Collection[User], *, at: datetime) -> dict[str, Any]:
    """What all these people work on: for each of them by name, and for all."""
    named: dict[Work, list[User]] = {work: [] for work in Work}
    for person in people:
        named[Work(person.username.split("-")[1])].append(person)
    keepers, buyers = named[Work.STOREKEEPER], named[Work.BUYER]
    slices = dict(zip((k.username for k in keepers), of_storekeepers(keepers, at=at), strict=True))
    if buyers:
        mine = of_buyers(buyers, named[Work.MANAGER][0], at=at)
        slices |= dict(zip((b.username for b in buyers), mine, strict=True))
    return {
        "people": [
            {
                "name": person.username,
                "work": work.value,
                "language": person.language,
                "slice": slices.get(person.username, {}),
            }
            for work, group in named.items()
            for person in group
        ],
        "everybody": of_everybody(),
    }
