"""What the database refuses of receipts and their movements, whoever writes. Each by its name."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from purchasing.models import GoodsReceipt, GoodsReceiptLine, OrderLine, PurchaseOrder
from stock.errors import NotAcceptedError
from stock.models import Location, StockMovement
from tests.webapp.database import as_owner, check_now, denied, refused_by
from tests.webapp.factories import (
    PartFactory,
    arrived,
    correct,
    issue,
    line,
    now,
    ordered,
    stocked,
    take_back,
    wanted,
)

type OrderIn = Callable[[str], PurchaseOrder]


def document(order: PurchaseOrder, **values: Any) -> GoodsReceipt:
    """A receipt past the services, as a mistaken programmer or psql might write it."""
    defaults: dict[str, Any] = {
        "number": str(uuid.uuid4())[:40],
        "occurred_at": timezone.now(),
        "idempotency_key": uuid.uuid4(),
    }
    return GoodsReceipt.objects.create(order=order, **{**defaults, **values})


def row(receipt: GoodsReceipt, order_line: OrderLine, **values: Any) -> GoodsReceiptLine:
    defaults: dict[str, Any] = {"position": 1, "quantity": Decimal(1), "factor": order_line.factor}
    made = GoodsReceiptLine(receipt=receipt, order_line=order_line, **{**defaults, **values})
    if "base_quantity" not in values:
        made.base_quantity = made.quantity * made.factor
    return made


def write(*rows: GoodsReceiptLine) -> list[GoodsReceiptLine]:
    return list(GoodsReceiptLine.objects.bulk_create(rows))


def move(received: GoodsReceiptLine, **values: Any) -> StockMovement:
    """The movement that the line of a receipt asks for."""
    defaults: dict[str, Any] = {
        "kind": "receipt",
        "part": received.order_line.part,
        "location": received.location,
        "quantity": received.base_quantity,
        "receipt_line": received,
        "occurred_at": timezone.now(),
        "idempotency_key": uuid.uuid4(),
        "line": 1,
    }
    [movement] = StockMovement.objects.bulk_create([StockMovement(**{**defaults, **values})])
    return movement


def finish() -> None:
    """What is checked at the end of the transaction."""
    with connection.cursor() as cursor:
        check_now(cursor)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def order(order_in: OrderIn) -> PurchaseOrder:
    """For ten motors; nothing came yet."""
    return order_in("ordered")


@pytest.fixture
def four(order: PurchaseOrder, shelf: Location) -> GoodsReceipt:
    return arrived(order.lines.get(), 4, shelf)


class TestByHand:
    def test_a_receipt_can_be_written_if_it_is_right(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        """So that what is refused below is refused for its own reason."""
        [received] = write(row(document(order), order.lines.get(), quantity=3, location=shelf))
        movement = move(received)
        finish()

        back = document(order, reverses=received.receipt, reason="wrong")
        [reversed_line] = write(row(back, order.lines.get(), quantity=-3, location=shelf))
        move(reversed_line, kind="correction", reverses=movement, quantity=-movement.quantity)
        finish()

        assert order.lines.get().received == 0
        assert now(order).state == "ordered"


@pytest.mark.parametrize(
    "table", ["purchasing_goodsreceipt", "purchasing_goodsreceiptline", "purchasing_orderevent"]
)
@pytest.mark.parametrize(
    ("statement", "trigger"),
    [
        ("UPDATE {} SET id = id", "append_only"),
        ("DELETE FROM {}", "append_only"),
        ("TRUNCATE {} CASCADE", "no_truncate"),
    ],
)
def test_an_append_only_table_refuses_changes_by_anybody(
    table: str, statement: str, trigger: str, four: GoodsReceipt
) -> None:
    with denied():
        execute(statement.format(table))
    with refused_by(f"{table}_{trigger}"), as_owner() as cursor:
        cursor.execute(statement.format(table))


class TestReceipt:
    def test_has_a_number_of_its_own(self, order: PurchaseOrder, four: GoodsReceipt) -> None:
        with refused_by("purchasing_goodsreceipt_number_key"):
            document(order, number=four.number)

    def test_is_recorded_once_by_one_request(
        self, order: PurchaseOrder, four: GoodsReceipt
    ) -> None:
        with refused_by("purchasing_goodsreceipt_idempotency_key_key"):
            document(order, idempotency_key=four.idempotency_key)

    def test_is_recorded_now(self, order: PurchaseOrder) -> None:
        before = datetime(2020, 1, 1, tzinfo=UTC)

        with refused_by("purchasing_receipt_posted_now"):
            document(order, posted_at=before)
        with as_owner():
            assert document(order, posted_at=before).posted_at == before  # loads history


class TestReversal:
    def test_has_a_reason(self, order: PurchaseOrder, four: GoodsReceipt) -> None:
        with refused_by("purchasing_receipt_reversal_has_reason"):
            document(order, reverses=four)

    def test_happens_once(self, order: PurchaseOrder, four: GoodsReceipt) -> None:
        take_back(four)

        with refused_by("purchasing_goodsreceipt_reverses_id_key"):
            document(order, reverses=four, reason="twice")

    def test_is_not_reversed(self, order: PurchaseOrder, four: GoodsReceipt) -> None:
        with refused_by("purchasing_receipt_reverses_receipt"):
            document(order, reverses=take_back(four), reason="back")

    def test_is_of_the_same_order(self, order_in: OrderIn, four: GoodsReceipt) -> None:
        with refused_by("purchasing_receipt_reverses_receipt"):
            document(order_in("ordered"), reverses=four, reason="wrong")

    @pytest.mark.parametrize(
        "different", ["quantity", "location", "order_line", "position", "missing", "one more"]
    )
    def test_mirrors_the_whole_receipt(
        self,
        different: str,
        motors: SupplierPart,
        shelf: Location,
        bench: Location,
        buyer: User,
    ) -> None:
        order = ordered(wanted(motors, 5), wanted(motors, 5), by=buyer)
        first, second = order.lines.order_by("position")
        receipt = document(order)
        for received in write(
            row(receipt, first, quantity=2, location=shelf),
            row(receipt, second, quantity=2, position=2, location=shelf),
        ):
            move(received)
        back = document(order, reverses=receipt, reason="wrong")
        wrong: dict[str, Any] = {
            "quantity": {"quantity": Decimal(-1)},
            "location": {"location": bench},
            "order_line": {"order_line": second},
            "position": {"position": 3},
        }
        lines = [
            row(back, **{"order_line": first, "quantity": -2, "location": shelf, **values})
            for values in [wrong.get(different, {})]
        ]
        if different != "missing":
            lines.append(row(back, second, quantity=-2, position=2, location=shelf))
        if different == "one more":
            lines.append(row(back, second, quantity=-1, position=3, location=shelf))

        with refused_by("purchasing_receiptline_reversal_mirrors"):
            write(*lines)


class TestLine:
    def test_is_of_a_line_of_the_order(
        self, order: PurchaseOrder, order_in: OrderIn, shelf: Location
    ) -> None:
        with refused_by("purchasing_receiptline_of_order"):
            write(row(document(order), order_in("ordered").lines.get(), location=shelf))

    def test_is_in_the_packs_of_the_order(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_receiptline_of_order"):
            write(row(document(order), order.lines.get(), factor=Decimal(2), location=shelf))

    @pytest.mark.parametrize("state", ["draft", "approved", "closed", "cancelled"])
    def test_is_of_a_placed_order(self, state: str, order_in: OrderIn, shelf: Location) -> None:
        order = order_in(state)

        with refused_by("purchasing_receiptline_order_placed"):
            write(row(document(order), order.lines.get(), location=shelf))

    def test_is_of_a_line_that_is_awaited(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 5), wanted(motors, 5), by=buyer)
        first, _second = order.lines.order_by("position")
        OrderLine.objects.filter(pk=first.pk).update(
            closed=True, close_reason="sold out", closed_at=timezone.now()
        )

        with refused_by("purchasing_receiptline_order_placed"):
            write(row(document(order), first, location=shelf))

    def test_brings_and_takes_nothing_away(
        self, order: PurchaseOrder, four: GoodsReceipt, shelf: Location
    ) -> None:
        with refused_by("purchasing_receiptline_order_placed"):
            write(row(document(order), order.lines.get(), quantity=-1, location=shelf))

    def test_is_not_of_nothing(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_receiptline_not_zero"):
            write(row(document(order), order.lines.get(), quantity=0, location=shelf))

    def test_has_a_position_of_its_own(self, order: PurchaseOrder, shelf: Location) -> None:
        receipt = document(order)

        with refused_by("purchasing_receiptline_position"):
            write(
                row(receipt, order.lines.get(), location=shelf),
                row(receipt, order.lines.get(), location=shelf),
            )

    def test_is_converted_by_its_factor(self, order: PurchaseOrder, shelf: Location) -> None:
        with refused_by("purchasing_receiptline_converted"):
            write(row(document(order), order.lines.get(), base_quantity=Decimal(2), location=shelf))

    @pytest.mark.parametrize(
        ("tolerance", "quantity", "refused"), [(0, 11, True), (10, 11, False), (10, 12, True)]
    )
    def test_is_not_more_than_the_tolerance_allows(
        self,
        tolerance: int,
        quantity: int,
        refused: bool,
        motors: SupplierPart,
        shelf: Location,
        buyer: User,
    ) -> None:
        order = ordered(wanted(motors, 10, tolerance_percent=Decimal(tolerance)), by=buyer)
        received = row(document(order), order.lines.get(), quantity=quantity, location=shelf)

        if refused:
            with refused_by("purchasing_line_not_over_received"):
                write(received)
        else:
            move(*write(received))
            finish()
            assert order.lines.get().received == quantity

    def test_counts_all_lines_of_one_statement(self, order: PurchaseOrder, shelf: Location) -> None:
        receipt = document(order)

        with refused_by("purchasing_line_not_over_received"):
            write(
                row(receipt, order.lines.get(), quantity=6, location=shelf),
                row(receipt, order.lines.get(), quantity=6, position=2, location=shelf),
            )

    def test_comes_with_its_receipt_and_not_later(
        self, order: PurchaseOrder, four: GoodsReceipt, shelf: Location
    ) -> None:
        """A receipt is written once, with all its lines."""
        with refused_by("purchasing_receiptline_written_once"):
            write(row(four, order.lines.get(), position=2, location=shelf))


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
