"""What is not received, in which words; then nothing at all is recorded."""

import uuid
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
    GoodsReceipt,
    OrderLine,
    PurchaseOrder,
)
from stock.errors import KeyReusedError, NotAcceptedError
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    arrival,
    arrive,
    arrived,
    level,
    line,
    now,
    ordered,
    receive,
    wanted,
)
from tests.webapp.purchasing.checks import check_no_document, check_nothing_recorded
from tests.webapp.purchasing.deciding import OrderIn


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
        monkeypatch.setattr("stock.posting.is_short", Mock(side_effect=Broken))

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
