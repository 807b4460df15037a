"""What the database refuses of receipts and their movements, whoever writes. Each by its name."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder
from stock.models import Location
from tests.webapp.database import as_owner, denied, refused_by
from tests.webapp.factories import (
    arrived,
    now,
    ordered,
    take_back,
    wanted,
)
from tests.webapp.purchasing.by_hand import (
    document,
    execute,
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
