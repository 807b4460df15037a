"""Receiving orders: document, lines and ledger say the same, or nothing is recorded."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.errors import (
    OrderRefusedError,
)
from purchasing.models import (
    PurchaseOrder,
    ReorderProposal,
)
from stock.errors import LotNeededError, NotAcceptedError, SerialTakenError
from stock.models import Location, StockMovement
from stock.verification import find_differences
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    arrived,
    level,
    now,
    ordered,
    stocked,
    wanted,
)
from tests.webapp.purchasing.checks import check_nothing_recorded


class TestReceive:
    @pytest.fixture
    def order(self, motors: SupplierPart, screws: SupplierPart, buyer: User) -> PurchaseOrder:
        """Ten motors and two boxes of screws."""
        return ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)

    def test_writes_a_document_with_its_lines_and_movements(
        self, order: PurchaseOrder, shelf: Location, bench: Location, storekeeper: User
    ) -> None:
        first, second = order.lines.order_by("position")
        at = timezone.now() - timedelta(hours=1)
        key = uuid.uuid4()

        receipt = arrive(
            order,
            arrival(first, 4, shelf),
            arrival(second, 2, bench),
            by=storekeeper,
            delivery_note="LS-77",
            reason="first half",
            at=at,
            key=key,
        )

        assert receipt.number == f"GR-{timezone.localtime(at).year}-000001"
        assert (receipt.order, receipt.reverses) == (order, None)
        assert (receipt.delivery_note, receipt.reason) == ("LS-77", "first half")
        assert (receipt.actor, receipt.occurred_at) == (storekeeper, at)
        motor_row, screw_row = receipt.lines.order_by("position")
        assert (motor_row.order_line, motor_row.location) == (first, shelf)
        assert (screw_row.quantity, screw_row.factor, screw_row.base_quantity) == (
            Decimal(2),
            Decimal(100),
            Decimal(200),
        )
        motor_moved, screw_moved = StockMovement.objects.order_by("line")
        assert (motor_moved.kind, motor_moved.quantity) == ("receipt", Decimal(4))
        assert (motor_moved.receipt_line, screw_moved.receipt_line) == (motor_row, screw_row)
        assert motor_moved.reason == f"{order.number} {receipt.number} (LS-77)"
        assert (motor_moved.actor, motor_moved.occurred_at) == (storekeeper, at)
        assert motor_moved.idempotency_key == key
        assert (level(first.part, shelf), level(second.part, bench)) == (
            Decimal(4),
            Decimal(200),
        )
        assert find_differences() == ([], 0)

    def test_tells_the_order(
        self, order: PurchaseOrder, shelf: Location, storekeeper: User
    ) -> None:
        first, second = order.lines.order_by("position")

        receipt = arrived(first, 4, shelf, by=storekeeper)

        first.refresh_from_db()
        assert (first.received, first.missing, first.outstanding) == (
            Decimal(4),
            Decimal(6),
            Decimal(6),
        )
        assert second.received == 0
        assert now(order).version == order.version + 1
        event = order.events.get(kind="received")
        assert event.actor == storekeeper
        assert event.details == {"receipt": receipt.pk, "number": receipt.number}

    def test_takes_several_deliveries(self, order: PurchaseOrder, shelf: Location) -> None:
        first, second = order.lines.order_by("position")

        for quantity in (1, 2, 7):
            arrived(first, quantity, shelf)
        arrived(second, 2, shelf)

        assert now(order).state == "received"
        assert order.receipts.count() == 4

    def test_takes_one_line_at_several_places(
        self, order: PurchaseOrder, shelf: Location, bench: Location
    ) -> None:
        first = order.lines.get(position=1)

        receipt = arrive(order, arrival(first, 4, shelf), arrival(first, 6, bench))

        assert receipt.lines.count() == 2
        assert order.lines.get(position=1).received == 10
        assert (level(first.part, shelf), level(first.part, bench)) == (Decimal(4), Decimal(6))

    def test_values_stock_at_the_price_of_the_order(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        """A box of 100 at 500 yen: 5 yen a screw."""
        arrived(order.lines.get(position=2), 1, shelf)

        movement = StockMovement.objects.get()
        assert (movement.unit_cost, movement.currency) == (Decimal(5), "JPY")
        assert Part.objects.get(pk=movement.part_id).last_cost == 5

    def test_values_nothing_without_a_price(
        self, motor: Part, rotor: Supplier, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motor, 1), supplier=rotor, by=buyer)

        arrived(order.lines.get(), 1, shelf)

        movement = StockMovement.objects.get()
        assert (movement.unit_cost, movement.currency) == (None, "")

    def test_is_for_the_system_too(self, order: PurchaseOrder, shelf: Location) -> None:
        assert arrived(order.lines.get(position=1), 1, shelf).actor is None


class TestUnits:
    def test_are_kept_as_they_were_when_it_arrived(self, shelf: Location, buyer: User) -> None:
        """A roll of 100 ft is 30.48 m, whatever the supplier part says later."""
        wire = PartFactory.create(unit="m")
        rolls = SupplierPartFactory.create(
            part=wire, pack_quantity=100, pack_unit="ft", unit_price=3048, currency="JPY"
        )
        order = ordered(wanted(rolls, 3), by=buyer)

        receipt = arrived(order.lines.get(), "1.5", shelf)
        SupplierPart.objects.update(pack_quantity=50)

        row = receipt.lines.get()
        assert (row.quantity, row.factor, row.base_quantity) == (
            Decimal("1.5"),
            Decimal("30.48"),
            Decimal("45.72"),
        )
        assert level(wire, shelf) == Decimal("45.72")
        movement = StockMovement.objects.get()
        assert movement.unit_cost == 100  # yen a metre
        assert order.lines.get().outstanding == Decimal("45.72")

    def test_are_rounded_to_what_can_be_kept(self, shelf: Location, buyer: User) -> None:
        cable = PartFactory.create(unit="ft")
        rolls = SupplierPartFactory.create(part=cable, pack_quantity=1, pack_unit="m")
        order = ordered(wanted(rolls, 3), by=buyer)

        arrived(order.lines.get(), 3, shelf)

        assert level(cable, shelf) == Decimal("9.842520")  # of 9.842519685039
        assert now(order).state == "received"

    @pytest.mark.parametrize("quantity", ["0.5", "1.25"])
    def test_of_pieces_stay_whole(
        self, quantity: str, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10), by=buyer)

        with pytest.raises(NotAcceptedError, match="MT-2207 is counted in whole pcs") as caught:
            arrived(order.lines.get(), quantity, shelf)

        assert caught.value.line == 0
        check_nothing_recorded(order)


class TestLot:
    @pytest.fixture
    def order(self, rotor: Supplier, buyer: User) -> PurchaseOrder:
        glue = PartFactory.create(number="GL-1", tracking="lot")
        return ordered(wanted(glue, 10), supplier=rotor, by=buyer)

    def test_is_named_with_the_arrival(self, order: PurchaseOrder, shelf: Location) -> None:
        line = order.lines.get()

        arrive(order, arrival(line, 4, shelf, lot="L1"), arrival(line, 6, shelf, lot="L2"))

        assert (level(line.part, shelf, "L1"), level(line.part, shelf, "L2")) == (
            Decimal(4),
            Decimal(6),
        )

    def test_is_asked_for(self, order: PurchaseOrder, shelf: Location) -> None:
        line = order.lines.get()

        with pytest.raises(LotNeededError, match="GL-1 is tracked by lot") as caught:
            arrive(order, arrival(line, 4, shelf, lot="L1"), arrival(line, 1, shelf))

        assert caught.value.line == 1
        check_nothing_recorded(order)


class TestSerialNumbers:
    @pytest.fixture
    def order(self, rotor: Supplier, buyer: User) -> PurchaseOrder:
        """Three boxes of two drones."""
        drone = PartFactory.create(number="DR-1", tracking="serial")
        boxes = SupplierPartFactory.create(part=drone, supplier=rotor, pack_quantity=2)
        return ordered(wanted(boxes, 3), wanted(boxes, 1), by=buyer)

    def test_are_one_movement_each(self, order: PurchaseOrder, shelf: Location) -> None:
        line = order.lines.get(position=1)

        receipt = arrived(line, 2, shelf, serials=("S1", "S2", "S3", "S4"))

        row = receipt.lines.get()
        assert (row.quantity, row.base_quantity) == (Decimal(2), Decimal(4))
        assert list(row.movements.order_by("line").values_list("lot__serial", "quantity")) == [
            (f"S{n}", Decimal(1)) for n in (1, 2, 3, 4)
        ]
        assert Part.objects.get(pk=line.part_id).on_hand == 4

    @pytest.mark.parametrize("serials", [(), ("S1",), ("S1", "S2", "S3")])
    def test_are_as_many_as_items(
        self, serials: tuple[str, ...], order: PurchaseOrder, shelf: Location
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            arrived(order.lines.get(position=1), 1, shelf, serials=serials)

        assert str(caught.value) == (
            f"DR-1 is tracked by serial number: 2 items arrived, and {len(serials)} serial "
            "numbers were entered. Enter one a line."
        )
        check_nothing_recorded(order)

    def test_that_are_in_stock_already_are_refused_with_their_arrival(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        """The third movement, of the second arrival: the page marks the second row."""
        first, second = order.lines.order_by("position")
        arrived(first, 1, shelf, serials=("S1", "S2"))

        with pytest.raises(SerialTakenError, match="DR-1 with serial number S2") as caught:
            arrive(
                order,
                arrival(first, 1, shelf, serials=("S3", "S4")),
                arrival(second, 1, shelf, serials=("S5", "S2")),
            )

        assert caught.value.line == 1

    def test_that_are_entered_twice_are_refused(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        with pytest.raises(SerialTakenError, match="s1 is entered twice"):
            arrived(order.lines.get(position=1), 1, shelf, serials=("S1", "s1"))


class TestNeed:
    def test_that_an_arrival_meets_is_proposed_no_more(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        """More came than was on order: the tolerance lifts the part above its point."""
        Part.objects.update(reorder_point=12)
        order = ordered(wanted(motors, 10, tolerance_percent=Decimal(50)), by=buyer)
        stocked(motors.part, shelf, 1)
        assert ReorderProposal.objects.get().state == "open"

        arrived(order.lines.get(), 12, shelf)

        assert ReorderProposal.objects.get().state == "withdrawn"
