"""Document and ledger say the same, whoever writes. Each guard by its name."""

from decimal import Decimal

import pytest

from access.models import User
from catalog.models import SupplierPart
from purchasing.models import GoodsReceipt, PurchaseOrder
from stock.errors import NotAcceptedError
from stock.models import Location, StockMovement
from tests.webapp.database import refused_by
from tests.webapp.factories import (
    PartFactory,
    arrived,
    correct,
    issue,
    line,
    ordered,
    stocked,
    wanted,
)
from tests.webapp.purchasing.by_hand import (
    document,
    finish,
    move,
    row,
    write,
)
from tests.webapp.purchasing.deciding import OrderIn


@pytest.fixture
def order(order_in: OrderIn) -> PurchaseOrder:
    """For ten motors; nothing came yet."""
    return order_in("ordered")


@pytest.fixture
def four(order: PurchaseOrder, shelf: Location) -> GoodsReceipt:
    return arrived(order.lines.get(), 4, shelf)


class TestLedger:
    """Document and ledger say the same, at the end of the transaction at the latest."""

    def test_has_what_the_receipt_says(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_receiptline_in_ledger"):
            write(row(document(order), order.lines.get(), location=shelf))
            finish()

    def test_has_all_of_it(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_receiptline_in_ledger"):
            [received] = write(row(document(order), order.lines.get(), quantity=3, location=shelf))
            move(received, quantity=Decimal(2))
            finish()

    def test_has_no_more_than_that(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_movements_of_receipt"):
            [received] = write(row(document(order), order.lines.get(), quantity=3, location=shelf))
            move(received, quantity=Decimal(4))

    def test_has_no_more_than_that_afterwards(self, four: GoodsReceipt) -> None:
        with refused_by("purchasing_movements_of_receipt"):
            move(four.lines.get(), quantity=Decimal(1))


class TestMovementOfAReceipt:
    @pytest.mark.parametrize("different", ["part", "location", "kind", "receipt_line_id"])
    def test_says_what_the_line_says(
        self, different: str, order: PurchaseOrder, shelf: Location, bench: Location
    ) -> None:
        another = {
            "part": PartFactory.create(),
            "location": bench,
            "kind": "stocktake",
            "receipt_line_id": 0,
        }

        with refused_by("purchasing_movement_of_receipt"):
            [received] = write(row(document(order), order.lines.get(), location=shelf))
            move(received, **{different: another[different]})

    def test_is_not_corrected_without_its_receipt(self, four: GoodsReceipt) -> None:
        movement = StockMovement.objects.get()

        with refused_by("purchasing_movement_of_receipt"):
            move(
                four.lines.get(),
                kind="correction",
                reverses=movement,
                quantity=-movement.quantity,
                receipt_line=None,
            )

    def test_is_not_corrected_by_the_receipt_itself(self, four: GoodsReceipt) -> None:
        movement = StockMovement.objects.get()

        with refused_by("purchasing_movement_of_receipt"):
            move(
                four.lines.get(),
                kind="correction",
                reverses=movement,
                quantity=-movement.quantity,
            )

    def test_is_corrected_by_the_line_that_reverses_its_own(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 5), wanted(motors, 5), by=buyer)
        receipt = document(order)
        received = write(
            *(
                row(receipt, each, position=position, quantity=2, location=shelf)
                for position, each in enumerate(order.lines.order_by("position"), start=1)
            )
        )
        first, second = (move(each) for each in received)
        back = document(order, reverses=receipt, reason="wrong")
        mirrors = [
            row(back, each.order_line, position=each.position, quantity=-2, location=shelf)
            for each in received
        ]

        with refused_by("purchasing_movement_of_receipt"):
            mirrored = write(*mirrors)
            move(mirrored[1], kind="correction", reverses=first)
        with refused_by("purchasing_movement_of_receipt"):
            mirrored = write(*mirrors)
            move(mirrored[0], kind="correction", reverses=second)

    def test_of_a_reversal_is_a_correction(
        self, order: PurchaseOrder, four: GoodsReceipt, shelf: Location
    ) -> None:
        back = document(order, reverses=four, reason="wrong")

        with refused_by("purchasing_movement_of_receipt"):
            [mirrored] = write(row(back, order.lines.get(), quantity=-4, location=shelf))
            move(mirrored, kind="issue")

    def test_is_not_corrected_by_the_service(self, four: GoodsReceipt, shelf: Location) -> None:
        movement = StockMovement.objects.get()

        with pytest.raises(NotAcceptedError) as caught:
            correct(movement)

        assert str(caught.value) == (
            f"Movement #{movement.pk} was recorded by goods receipt {four.number}. Reverse the "
            "receipt, so that its order knows. Nothing was recorded."
        )

    def test_is_not_corrected_among_others(self, four: GoodsReceipt, shelf: Location) -> None:
        part = stocked(PartFactory.create(), shelf, 5)
        [taken] = issue(line(part, shelf, 1)).movements

        with pytest.raises(NotAcceptedError, match="was recorded by goods receipt"):
            correct(taken, StockMovement.objects.earliest("pk"))

        assert not StockMovement.objects.filter(kind="correction").exists()

    def test_of_stock_that_no_order_brought_is_corrected_as_before(
        self, four: GoodsReceipt, shelf: Location
    ) -> None:
        stocked(PartFactory.create(), shelf, 5)

        correct(StockMovement.objects.latest("pk"))

        assert StockMovement.objects.latest("pk").kind == "correction"
