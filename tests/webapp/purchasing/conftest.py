"""A supplier that sells motors and screws, two shelves to put them on, and orders in any state."""

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing import life
from purchasing.models import PurchaseOrder, ReorderProposal
from purchasing.states import OrderState
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    arrived,
    draft,
    now,
    place,
    stocked,
    wanted,
)
from tests.webapp.purchasing.deciding import OrderIn


@pytest.fixture
def shelf(db: None) -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


@pytest.fixture
def bench(db: None) -> Location:
    return LocationFactory.create(name_en="Bench", name_ja="作業台")


@pytest.fixture
def rotor(db: None) -> Supplier:
    return SupplierFactory.create(name="Tokyo Rotor")


@pytest.fixture
def motor(db: None) -> Part:
    return PartFactory.create(number="MT-2207", name_en="Motor")


@pytest.fixture
def screw(db: None) -> Part:
    return PartFactory.create(number="SC-0310", name_en="Screw")


@pytest.fixture
def motors(motor: Part, rotor: Supplier) -> SupplierPart:
    """One by one, at 1,000 yen."""
    return SupplierPartFactory.create(
        part=motor, supplier=rotor, sku="TR-2207", unit_price=1000, currency="JPY"
    )


@pytest.fixture
def screws(screw: Part, rotor: Supplier) -> SupplierPart:
    """In boxes of 100, at 500 yen a box."""
    return SupplierPartFactory.create(
        part=screw,
        supplier=rotor,
        sku="TR-0310",
        pack_quantity=100,
        unit_price=500,
        currency="JPY",
    )


@pytest.fixture
def automatic_draft(motors: SupplierPart, shelf: Location) -> PurchaseOrder:
    """For seven motors: there are three where there should be ten."""
    Part.objects.filter(pk=motors.part_id).update(reorder_point=5, target_quantity=10)
    stocked(motors.part, shelf, 3)
    return PurchaseOrder.objects.get()


@pytest.fixture
def proposal(automatic_draft: PurchaseOrder) -> ReorderProposal:
    """The one on the automatic draft."""
    return ReorderProposal.objects.get()


@pytest.fixture
def order_in(motors: SupplierPart, shelf: Location, buyer: User) -> OrderIn:
    """An order for ten motors, in a state; of those partly received, four are here."""

    def make(state: str) -> PurchaseOrder:
        order = draft(wanted(motors, 10), by=buyer)
        if state == OrderState.DRAFT:
            return order
        if state == OrderState.CANCELLED:
            return cancelled(order, buyer)
        order = approve(order, by=buyer)
        if state == OrderState.APPROVED:
            return order
        order = place(order, by=buyer)
        if state == OrderState.ORDERED:
            return order
        arrived(order.lines.get(), 10 if state == OrderState.RECEIVED else 4, shelf)
        if state == OrderState.CLOSED:
            closed(order, buyer)
        return now(order)

    return make


def cancelled(order: PurchaseOrder, by: User) -> PurchaseOrder:
    return life.cancel(
        order.pk, version=order.version, reason="not needed", by=by, at=timezone.now()
    )


def closed(order: PurchaseOrder, by: User) -> PurchaseOrder:
    return life.close_short(
        order.pk,
        version=now(order).version,
        lines=order.lines.values_list("pk", flat=True),
        reason="sold out",
        by=by,
        at=timezone.now(),
    )
