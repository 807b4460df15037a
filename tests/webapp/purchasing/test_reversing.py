"""A receipt that was wrong is taken back by a document of its own, as a whole and once."""

import uuid
from datetime import timedelta
from decimal import Decimal
from unittest.mock import Mock

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing import life
from purchasing.errors import OrderRefusedError, ReversedAlreadyError
from purchasing.models import GoodsReceipt, PurchaseOrder, ReorderProposal
from stock.errors import KeyReusedError, NotEnoughStockError
from stock.models import Location, StockMovement
from stock.verification import find_differences
from tests.webapp.factories import (
    PartFactory,
    arrival,
    arrive,
    arrived,
    issue,
    level,
    line,
    move,
    now,
    ordered,
    take_back,
    transfer,
    wanted,
)
from tests.webapp.purchasing.deciding import OrderIn


@pytest.fixture
def order(motors: SupplierPart, screws: SupplierPart, buyer: User) -> PurchaseOrder:
    """Ten motors and two boxes of screws."""
    return ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)


@pytest.fixture
def receipt(order: PurchaseOrder, shelf: Location, bench: Location) -> GoodsReceipt:
    """Four motors on the shelf, and all screws on the bench."""
    first, second = order.lines.order_by("position")
    return arrive(order, arrival(first, 4, shelf), arrival(second, 2, bench), delivery_note="LS-77")


class TestReversal:
    def test_mirrors_the_receipt(
        self,
        order: PurchaseOrder,
        receipt: GoodsReceipt,
        shelf: Location,
        bench: Location,
        storekeeper: User,
    ) -> None:
        at = timezone.now() - timedelta(minutes=5)

        back = take_back(receipt, by=storekeeper, reason="wrong order", at=at)

        assert back.number.endswith("-000002")
        assert (back.order, back.reverses, back.reason) == (order, receipt, "wrong order")
        assert (back.actor, back.occurred_at, back.delivery_note) == (storekeeper, at, "LS-77")
        assert list(
            back.lines.order_by("position").values_list("position", "quantity", "base_quantity")
        ) == [(1, Decimal(-4), Decimal(-4)), (2, Decimal(-2), Decimal(-200))]
        first, second = order.lines.order_by("position")
        assert (first.received, second.received) == (Decimal(0), Decimal(0))
        assert (level(first.part, shelf), level(second.part, bench)) == (Decimal(0), Decimal(0))
        assert now(order).state == "ordered"
        assert find_differences() == ([], 0)

    def test_corrects_each_movement_by_the_line_that_mirrors_its_own(
        self, order: PurchaseOrder, receipt: GoodsReceipt
    ) -> None:
        back = take_back(receipt, reason="wrong order")

        corrections = StockMovement.objects.filter(kind="correction").select_related(
            "reverses__receipt_line", "receipt_line"
        )
        assert len(corrections) == 2
        for correction in corrections:
            assert correction.reverses
            assert correction.receipt_line
            assert correction.reverses.receipt_line
            assert correction.receipt_line.receipt == back
            assert correction.receipt_line.position == correction.reverses.receipt_line.position
            assert correction.reason == f"{order.number} {back.number}: wrong order"

    def test_is_told_by_the_order(
        self, order: PurchaseOrder, receipt: GoodsReceipt, storekeeper: User
    ) -> None:
        version = now(order).version

        back = take_back(receipt, by=storekeeper, reason="wrong order")

        event = order.events.get(kind="reversed")
        assert (event.actor, event.reason) == (storekeeper, "wrong order")
        assert event.details == {"receipt": back.pk, "number": back.number}
        assert now(order).version == version + 1

    def test_takes_back_one_of_several(
        self, order: PurchaseOrder, receipt: GoodsReceipt, shelf: Location
    ) -> None:
        first = order.lines.get(position=1)
        arrived(first, 6, shelf)
        assert now(order).state == "received"

        take_back(receipt)

        assert order.lines.get(position=1).received == 6
        assert now(order).state == "partial"

    def test_lets_the_goods_be_received_anew(
        self, order: PurchaseOrder, receipt: GoodsReceipt, shelf: Location, bench: Location
    ) -> None:
        take_back(receipt)

        first, second = order.lines.order_by("position")
        arrive(order, arrival(first, 10, bench), arrival(second, 2, bench))

        assert now(order).state == "received"

    def test_takes_back_lots_and_each_serial_number(
        self, rotor: Supplier, shelf: Location, buyer: User
    ) -> None:
        glue, drone = (PartFactory.create(tracking=kind) for kind in ("lot", "serial"))
        order = ordered(wanted(glue, 5), wanted(drone, 2), supplier=rotor, by=buyer)
        first, second = order.lines.order_by("position")
        receipt = arrive(
            order,
            arrival(first, 5, shelf, lot="L1"),
            arrival(second, 2, shelf, serials=("S1", "S2")),
        )

        back = take_back(receipt)

        assert level(glue, shelf, "L1") == 0
        assert Part.objects.get(pk=drone.pk).on_hand == 0
        assert back.lines.get(position=2).movements.count() == 2
        arrived(order.lines.get(position=2), 2, shelf, serials=("S1", "S2"))

    def test_keeps_a_long_reason(self, receipt: GoodsReceipt) -> None:
        reason = "x" * 500

        back = take_back(receipt, reason=reason)

        assert back.reason == reason
        for movement in StockMovement.objects.filter(kind="correction"):
            assert movement.reason.startswith(f"{back.order.number} {back.number}: xxx")

    def test_of_a_closed_order_leaves_it_closed_and_proposes_the_need(
        self, order_in: OrderIn, motors: SupplierPart
    ) -> None:
        order = order_in("closed")
        Part.objects.filter(pk=motors.part_id).update(reorder_point=3)

        take_back(order.receipts.get())

        assert now(order).state == "closed"
        assert ReorderProposal.objects.get().packs == 4


class TestRefusal:
    def test_of_a_receipt_that_was_reversed(self, receipt: GoodsReceipt) -> None:
        back = take_back(receipt)

        with pytest.raises(ReversedAlreadyError) as caught:
            take_back(receipt)

        assert str(caught.value) == (
            f"{receipt.number} was reversed before, by {back.number}. Nothing was recorded."
        )
        assert GoodsReceipt.objects.count() == 2

    def test_of_a_reversal(self, receipt: GoodsReceipt) -> None:
        back = take_back(receipt)

        with pytest.raises(ReversedAlreadyError) as caught:
            take_back(back)

        assert str(caught.value) == (
            f"{back.number} reverses {receipt.number}. Receive the goods anew instead."
        )

    @pytest.mark.parametrize("reason", ["", " "])
    def test_without_a_reason(self, reason: str, receipt: GoodsReceipt) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            take_back(receipt, reason=reason)

    @pytest.mark.parametrize("gone", ["issued", "moved"])
    def test_of_goods_that_have_left(
        self,
        gone: str,
        order: PurchaseOrder,
        receipt: GoodsReceipt,
        shelf: Location,
        bench: Location,
    ) -> None:
        motor = order.lines.get(position=1).part
        if gone == "issued":
            issue(line(motor, shelf, 1))
        else:
            transfer(move(motor, shelf, bench, 1))
        version = now(order).version

        with pytest.raises(NotEnoughStockError, match="Not enough MT-2207 at Shelf: 4 asked for"):
            take_back(receipt)

        assert order.lines.get(position=1).received == 4
        assert GoodsReceipt.objects.count() == 1
        assert (now(order).state, now(order).version) == ("partial", version)
        assert not order.events.filter(kind="reversed").exists()

    def test_of_nothing_when_the_ledger_fails(
        self, order: PurchaseOrder, receipt: GoodsReceipt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("purchasing.receiving.stock.correct", Mock(side_effect=RuntimeError))
            with pytest.raises(RuntimeError):
                take_back(receipt)

        assert GoodsReceipt.objects.count() == 1
        assert order.lines.get(position=1).received == 4
        assert take_back(receipt).number.endswith("-000002")


class TestRepeatedKey:
    def test_gives_the_same_document(self, receipt: GoodsReceipt) -> None:
        key = uuid.uuid4()

        assert take_back(receipt, key=key) == take_back(receipt, key=key)

        assert GoodsReceipt.objects.count() == 2

    def test_of_another_reversal_is_refused(
        self, order: PurchaseOrder, receipt: GoodsReceipt, shelf: Location
    ) -> None:
        another = arrived(order.lines.get(position=1), 1, shelf)
        key = uuid.uuid4()
        take_back(receipt, key=key)

        with pytest.raises(KeyReusedError):
            take_back(another, key=key)

        assert not hasattr(GoodsReceipt.objects.get(pk=another.pk), "reversed_by")

    def test_of_the_receipt_itself_is_refused(self, receipt: GoodsReceipt) -> None:
        with pytest.raises(KeyReusedError):
            take_back(receipt, key=receipt.idempotency_key)


class TestCancelledOrder:
    def test_has_nothing_to_take_back_any_more(
        self, order: PurchaseOrder, receipt: GoodsReceipt, buyer: User
    ) -> None:
        take_back(receipt)
        life.cancel(
            order.pk,
            version=now(order).version,
            reason="no money",
            by=buyer,
            at=timezone.now(),
        )

        with pytest.raises(ReversedAlreadyError):
            take_back(receipt)
