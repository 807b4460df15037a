"""Receiving orders: document, lines and ledger say the same, or nothing is recorded."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from unittest.mock import Mock

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing import receiving
from purchasing.errors import (
    OrderChangedError,
    OrderRefusedError,
    OverReceiptError,
    WrongStateError,
)
from purchasing.models import (
    DocumentNumber,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    ReorderProposal,
)
from stock.errors import KeyReusedError, LotNeededError, NotAcceptedError, SerialTakenError
from stock.models import Location, StockMovement
from stock.verification import find_differences
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    arrived,
    level,
    line,
    now,
    ordered,
    receive,
    stocked,
    wanted,
)

type OrderIn = Callable[[str], PurchaseOrder]


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


class TestTolerance:
    def order(self, motors: SupplierPart, by: User, *, tolerance: int | str = 0) -> PurchaseOrder:
        return ordered(wanted(motors, 10, tolerance_percent=Decimal(tolerance)), by=by)

    def test_of_nothing_lets_in_what_was_ordered(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = self.order(motors, buyer)

        with pytest.raises(OverReceiptError) as caught:
            arrived(order.lines.get(), 11, shelf)

        assert str(caught.value) == (
            "MT-2207: 11 arrived, which is too much. Ordered 10, received so far 0, tolerance "
            "0 %: at most 10 more. Nothing was recorded."
        )
        check_nothing_recorded(order)

    def test_counts_what_came_before(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = self.order(motors, buyer, tolerance=20)
        arrived(order.lines.get(), 4, shelf)

        with pytest.raises(OverReceiptError, match="received so far 4, tolerance 20 %: at most 8"):
            arrived(order.lines.get(), 9, shelf)

        arrived(order.lines.get(), 8, shelf)
        assert now(order).state == "received"

    def test_counts_all_arrivals_of_the_line(
        self, motors: SupplierPart, shelf: Location, bench: Location, buyer: User
    ) -> None:
        order = self.order(motors, buyer)
        line = order.lines.get()

        with pytest.raises(OverReceiptError, match="MT-2207: 11 arrived") as caught:
            arrive(order, arrival(line, 5, shelf), arrival(line, 6, bench))

        assert caught.value.line == 1

    def test_lets_a_received_order_take_the_rest(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = self.order(motors, buyer, tolerance=10)
        arrived(order.lines.get(), 10, shelf)
        assert now(order).state == "received"

        arrived(order.lines.get(), 1, shelf)

        line = order.lines.get()
        assert (line.received, line.missing, line.outstanding) == (
            Decimal(11),
            Decimal(0),
            Decimal(0),
        )
        with pytest.raises(OverReceiptError, match="at most 0 more"):
            arrived(line, 1, shelf)

    def test_counts_what_came_before_the_import(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = PurchaseOrder.objects.create(
            number="PO0012", supplier=motors.supplier, origin="imported"
        )
        OrderLine.objects.create(
            order=order, position=1, part=motors.part, quantity=10, taken_over=7
        )
        order.approve(by=None, at=timezone.now())
        order.place(reference="", expected_on=None, by=None, at=timezone.now())

        with pytest.raises(OverReceiptError, match="received so far 7, tolerance 0 %: at most 3"):
            arrived(order.lines.get(), 4, shelf)

        arrived(order.lines.get(), 3, shelf)
        assert now(order).state == "received"
        assert level(motors.part, shelf) == 3


class TestRefusal:
    @pytest.mark.parametrize("state", ["draft", "approved", "closed", "cancelled"])
    def test_of_an_order_that_is_not_placed(
        self, state: str, order_in: OrderIn, shelf: Location
    ) -> None:
        order = order_in(state)

        with pytest.raises(WrongStateError) as caught:
            arrived(order.lines.get(), 1, shelf)

        assert str(caught.value) == (
            f"{order.number} is {order.get_state_display()}. Only orders that were placed are "
            "received."
        )

    def test_of_nothing(self, order_in: OrderIn) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            arrive(order_in("ordered"))

        assert str(caught.value) == (
            "Nothing was entered. Enter what arrived of at least one line."
        )

    def test_of_a_line_of_another_order(self, order_in: OrderIn, shelf: Location) -> None:
        order, other = order_in("ordered"), order_in("ordered")

        with pytest.raises(OrderRefusedError, match="This line is not on the order any more"):
            arrive(order, arrival(other.lines.get(), 1, shelf))

    @pytest.mark.parametrize(
        ("quantity", "message"),
        [
            ("0", "MT-2207: receive more than 0."),
            ("-1", "MT-2207: receive more than 0."),
            ("NaN", "MT-2207: receive more than 0."),
            ("Infinity", "MT-2207: receive more than 0."),
            ("0.0000001", "MT-2207: at most 6 decimals are kept."),
        ],
    )
    def test_of_an_impossible_quantity(
        self, quantity: str, message: str, order_in: OrderIn, shelf: Location
    ) -> None:
        order = order_in("ordered")

        with pytest.raises(OrderRefusedError) as caught:
            arrived(order.lines.get(), quantity, shelf)

        assert (str(caught.value), caught.value.line) == (message, 0)
        check_nothing_recorded(order)

    def test_of_a_line_that_was_closed_short(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10), wanted(motors, 10), by=buyer)
        order.lines.filter(position=1).update(
            closed=True, close_reason="sold out", closed_at=timezone.now()
        )

        with pytest.raises(OrderRefusedError) as caught:
            arrived(order.lines.get(position=1), 1, shelf)

        assert str(caught.value) == (
            "MT-2207 was closed short: sold out. Open the line again to receive it."
        )

    def test_of_a_page_that_was_opened_before_the_last_change(
        self, order_in: OrderIn, shelf: Location, storekeeper: User
    ) -> None:
        order = order_in("ordered")
        arrived(order.lines.get(), 1, shelf, by=storekeeper)

        with pytest.raises(OrderChangedError, match=r"Last: Goods received, 倉庫 担当, "):
            receiving.receive(
                order.pk,
                version=order.version,
                arrivals=[arrival(order.lines.get(), 1, shelf)],
                delivery_note="",
                reason="",
                by=None,
                at=timezone.now(),
                key=uuid.uuid4(),
            )

        assert order.lines.get().received == 1

    def test_of_what_the_ledger_does_not_take(self, order_in: OrderIn, shelf: Location) -> None:
        order = order_in("ordered")

        with pytest.raises(NotAcceptedError, match="inactive and takes no stock"):
            arrived(order.lines.get(), 1, LocationFactory.create(active=False))
        with pytest.raises(NotAcceptedError, match="lies in the future"):
            arrived(order.lines.get(), 1, shelf, at=timezone.now() + timedelta(hours=1))
        Part.objects.update(active=False)
        with pytest.raises(NotAcceptedError, match="inactive and takes no receipts"):
            arrived(order.lines.get(), 1, shelf)

        check_nothing_recorded(order)


class Broken(Exception):  # noqa: N818 - no error that anybody should expect
    """The power fails, say."""


class TestSecondWrite:
    """One transaction: whatever fails of it, nothing is stored and no number is lost."""

    @pytest.mark.parametrize(
        "failing",
        ["_tell", "_post", "stock.receive", "GoodsReceiptLine.objects.bulk_create"],
    )
    def test_that_fails_takes_the_first_with_it(
        self,
        failing: str,
        order_in: OrderIn,
        shelf: Location,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        order = order_in("ordered")

        with monkeypatch.context() as patched:
            patched.setattr(f"purchasing.receiving.{failing}", Mock(side_effect=Broken))
            with pytest.raises(Broken):
                arrived(order.lines.get(), 4, shelf)

        check_nothing_recorded(order)
        assert arrived(order.lines.get(), 4, shelf).number.endswith("-000001")

    def test_that_fails_in_the_ledger_takes_the_document_with_it(
        self, order_in: OrderIn, shelf: Location, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The movements are written; then the look at the reorder point fails."""
        order = order_in("ordered")
        monkeypatch.setattr("stock.posting.reorder_locked", Mock(side_effect=Broken))

        with pytest.raises(Broken):
            arrived(order.lines.get(), 4, shelf)

        check_nothing_recorded(order)


class TestRepeatedKey:
    def test_gives_the_same_receipt_and_books_once(
        self, order_in: OrderIn, shelf: Location
    ) -> None:
        order, key = order_in("ordered"), uuid.uuid4()
        four = arrival(order.lines.get(), 4, shelf)

        first = arrive(order, four, key=key)
        second = arrive(order, four, key=key)

        assert first == second
        assert GoodsReceipt.objects.count() == 1
        assert level(order.lines.get().part, shelf) == 4

    def test_of_another_request_is_refused(
        self, order_in: OrderIn, shelf: Location, bench: Location
    ) -> None:
        order, other, key = order_in("ordered"), order_in("ordered"), uuid.uuid4()
        arrive(order, arrival(order.lines.get(), 4, shelf), key=key)

        for asked, arrivals in [
            (other, [arrival(other.lines.get(), 4, shelf)]),
            (order, [arrival(order.lines.get(), 5, shelf)]),
            (order, [arrival(order.lines.get(), 4, bench)]),
        ]:
            with pytest.raises(KeyReusedError, match="used for another entry already"):
                arrive(asked, *arrivals, key=key)

        assert GoodsReceipt.objects.count() == 1

    def test_is_recognized_with_lots_and_serial_numbers(
        self, rotor: Supplier, shelf: Location, buyer: User
    ) -> None:
        drone = PartFactory.create(tracking="serial")
        order, key = ordered(wanted(drone, 4), supplier=rotor, by=buyer), uuid.uuid4()
        row = order.lines.get()
        first = arrive(order, arrival(row, 2, shelf, serials=("S1", "S2")), key=key)

        assert arrive(order, arrival(row, 2, shelf, serials=("S1", "S2")), key=key) == first
        with pytest.raises(KeyReusedError):
            arrive(order, arrival(row, 2, shelf, serials=("S1", "S3")), key=key)

    def test_of_an_entry_of_stock_is_refused(self, order_in: OrderIn, shelf: Location) -> None:
        """The ledger would take the earlier movement for the receipt's."""
        order, key = order_in("ordered"), uuid.uuid4()
        receive(line(order.lines.get().part, shelf, 4), key=key)

        with pytest.raises(KeyReusedError):
            arrive(order, arrival(order.lines.get(), 4, shelf), key=key)

        check_no_document(order)


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


def check_no_document(order: PurchaseOrder) -> None:
    assert not GoodsReceipt.objects.exists()
    assert not GoodsReceiptLine.objects.exists()
    assert not DocumentNumber.objects.filter(prefix="GR").exists()
    assert not OrderEvent.objects.filter(kind="received").exists()
    assert set(order.lines.values_list("received", flat=True)) == {Decimal(0)}
    assert (now(order).state, now(order).version) == (order.state, order.version)


def check_nothing_recorded(order: PurchaseOrder) -> None:
    check_no_document(order)
    assert not StockMovement.objects.exists()
    assert set(Part.objects.values_list("on_hand", flat=True)) == {Decimal(0)}
