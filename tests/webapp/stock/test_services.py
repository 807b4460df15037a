"""Receiving, issuing, transferring: what is booked, what is refused, and in which words."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from access.models import User
from catalog.models import Part
from core.errors import BusinessError
from stock.errors import (
    KeyReusedError,
    LotNeededError,
    NotAcceptedError,
    NotEnoughStockError,
    SerialTakenError,
    UnknownLotError,
)
from stock.models import Location, Lot, StockMovement
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    issue,
    level,
    line,
    move,
    receive,
    stocked,
    transfer,
)


@contextmanager
def refused(error: type[BusinessError], message: str, *, at_line: int | None = 0) -> Iterator[None]:
    """Nothing is recorded, and the user reads exactly this, at that line of the page."""
    before = list(StockMovement.objects.values_list("pk", flat=True))
    lots = Lot.objects.count()
    with pytest.raises(error) as caught:
        yield
    assert str(caught.value) == message
    assert caught.value.line == at_line
    assert list(StockMovement.objects.values_list("pk", flat=True)) == before
    assert Lot.objects.count() == lots


@pytest.fixture
def battery(db: None) -> Part:
    """Tracked by lot."""
    return PartFactory.create(number="BT-6S", tracking="lot")


@pytest.fixture
def controller(db: None) -> Part:
    """Tracked by serial number."""
    return PartFactory.create(number="FC-H7", tracking="serial")


class TestReceive:
    def test_puts_stock_into_the_location(
        self, motor: Part, bench: Location, storekeeper: User
    ) -> None:
        yesterday = timezone.now() - timedelta(days=1)

        posting = receive(line(motor, bench, 5), reason="PO-17", by=storekeeper, at=yesterday)

        [movement] = posting.movements
        movement.refresh_from_db()
        assert not posting.repeated
        assert level(motor, bench) == 5
        assert movement.kind == "receipt"
        assert movement.quantity == 5
        assert (movement.reason, movement.actor) == ("PO-17", storekeeper)

    def test_keeps_both_times_of_a_late_entry(self, motor: Part, bench: Location) -> None:
        yesterday = timezone.now() - timedelta(days=1)

        [movement] = receive(line(motor, bench, 5), at=yesterday).movements

        movement.refresh_from_db()
        assert movement.occurred_at == yesterday
        assert timezone.now() - movement.posted_at < timedelta(minutes=1)

    def test_makes_the_lot_when_it_is_new(self, battery: Part, shelf: Location) -> None:
        receive(line(battery, shelf, 5, lot="L1"))
        receive(line(battery, shelf, 2, lot="l1"))

        assert Lot.objects.get().code == "L1"
        assert level(battery, shelf, "L1") == 7

    def test_takes_lots_and_serial_numbers_whatever_their_widths(
        self, battery: Part, controller: Part, shelf: Location
    ) -> None:
        receive(line(battery, shelf, 5, lot=" Ｌ１ "), line(controller, shelf, 1, serial="Ｓ－７"))

        issue(line(battery, shelf, 5, lot="L1"), line(controller, shelf, 1, serial="s-7"))

        assert set(Lot.objects.values_list("code", "serial")) == {("L1", ""), ("", "S-7")}

    def test_keeps_the_cost_to_the_sixth_decimal(self, motor: Part, shelf: Location) -> None:
        cost = Decimal(1) / 3

        [movement] = receive(line(motor, shelf, 1, unit_cost=cost, currency="USD")).movements

        movement.refresh_from_db()
        assert movement.unit_cost == Decimal("0.333333")

    def test_refuses_nothing(self, db: None) -> None:
        with refused(
            NotAcceptedError, "Nothing was entered. Enter at least one line.", at_line=None
        ):
            receive()

    @pytest.mark.parametrize("quantity", ["0", "-3"])
    def test_refuses_less_than_something(self, quantity: str, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207: the quantity must be more than 0."):
            receive(line(motor, shelf, quantity))

    @pytest.mark.parametrize("quantity", ["NaN", "Infinity"])
    def test_refuses_what_is_no_number(self, quantity: str, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207: the quantity is not a number."):
            receive(line(motor, shelf, quantity))

    def test_refuses_what_would_be_rounded(self, shelf: Location) -> None:
        wire = PartFactory.create(number="WR-1", unit="m")

        with refused(NotAcceptedError, "WR-1: at most 6 decimals are kept, not 0.0000001."):
            receive(line(wire, shelf, "0.0000001"))

    def test_refuses_what_no_store_holds(self, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207: 1,000,000,000,000 is too large."):
            receive(line(motor, shelf, 10**12))

    def test_refuses_half_a_piece(self, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207 is counted in whole pcs; 0.5 is not possible."):
            receive(line(motor, shelf, "0.5"))

    def test_refuses_an_inactive_part(self, motor: Part, shelf: Location) -> None:
        Part.objects.update(active=False, name_en="Motor")

        motor.refresh_from_db()
        with refused(
            NotAcceptedError,
            "MT-2207 Motor is inactive and takes no receipts. Activate the part first.",
        ):
            receive(line(motor, shelf, 1))

    def test_refuses_an_inactive_location(self, motor: Part) -> None:
        closed = LocationFactory.create(name_en="Attic", active=False)

        with refused(
            NotAcceptedError, "Attic is inactive and takes no stock. Choose another location."
        ):
            receive(line(motor, closed, 1))

    def test_refuses_a_cost_without_its_currency(self, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207: a cost needs its currency, such as JPY."):
            receive(line(motor, shelf, 1, unit_cost=Decimal(1)))

    def test_refuses_a_negative_cost(self, motor: Part, shelf: Location) -> None:
        with refused(NotAcceptedError, "MT-2207: a cost cannot be negative."):
            receive(line(motor, shelf, 1, unit_cost=Decimal(-1), currency="JPY"))

    def test_refuses_a_time_to_come(self, motor: Part, shelf: Location) -> None:
        tomorrow = timezone.localtime() + timedelta(days=1)

        with pytest.raises(NotAcceptedError, match=r"lies in the future") as caught:
            receive(line(motor, shelf, 1), at=tomorrow)

        assert str(tomorrow.year) in str(caught.value)

    def test_refuses_a_tracked_part_without_its_lot(self, battery: Part, shelf: Location) -> None:
        with refused(LotNeededError, "BT-6S is tracked by lot. Enter the lot."):
            receive(line(battery, shelf, 1, serial="S1"))

    def test_refuses_a_tracked_part_without_its_serial_number(
        self, controller: Part, shelf: Location
    ) -> None:
        with refused(
            LotNeededError,
            "FC-H7 is tracked by serial number. Enter one line, with its serial number, "
            "for each item.",
        ):
            receive(line(controller, shelf, 1, lot="L1"))

    def test_refuses_several_items_of_one_serial_number(
        self, controller: Part, shelf: Location
    ) -> None:
        with refused(
            NotAcceptedError,
            "FC-H7: a serial number stands for exactly 1 item, not 3. "
            "Enter one line for each serial number.",
        ):
            receive(line(controller, shelf, 3, serial="S1"))

    def test_refuses_an_item_that_is_in_stock(
        self, controller: Part, shelf: Location, bench: Location
    ) -> None:
        receive(line(controller, shelf, 1, serial="S1"))

        with refused(
            SerialTakenError,
            "FC-H7 with serial number S1 is in stock already, at Shelf. "
            "Check the number; to move the item, use a transfer.",
        ):
            receive(line(controller, bench, 1, serial="s1"))

    def test_refuses_the_same_item_twice_in_one_entry(
        self, controller: Part, shelf: Location
    ) -> None:
        with refused(
            SerialTakenError,
            "FC-H7: serial number s1 is entered twice. Each item has its own.",
            at_line=1,
        ):
            receive(
                line(controller, shelf, 1, serial="S1"), line(controller, shelf, 1, serial="s1")
            )

    def test_takes_an_item_back_that_had_left(self, controller: Part, shelf: Location) -> None:
        receive(line(controller, shelf, 1, serial="S1"))
        issue(line(controller, shelf, 1, serial="S1"))

        receive(line(controller, shelf, 1, serial="S1"))

        assert Lot.objects.count() == 1

    def test_refuses_a_quantity_in_a_unit_that_changed_meanwhile(self, shelf: Location) -> None:
        wire = PartFactory.create(number="WR-1", unit="m")
        Part.objects.update(unit="ft")

        with refused(
            NotAcceptedError,
            "The unit of WR-1 changed meanwhile, from m to ft. Nothing was recorded. "
            "Check the quantity and record it again.",
        ):
            receive(line(wire, shelf, 1))

    def test_refuses_a_part_that_was_deleted_meanwhile(self, shelf: Location) -> None:
        part = PartFactory.create(number="XX-1")
        Part.objects.filter(pk=part.pk).delete()

        with refused(NotAcceptedError, "XX-1 was deleted meanwhile. Nothing was recorded."):
            receive(line(part, shelf, 1))

    def test_records_nothing_when_one_line_fails(
        self, motor: Part, battery: Part, shelf: Location
    ) -> None:
        with refused(NotAcceptedError, "MT-2207: the quantity must be more than 0.", at_line=1):
            receive(line(battery, shelf, 5, lot="L1"), line(motor, shelf, 0))


class TestIssue:
    def test_takes_stock_out_of_the_location(self, motor: Part, shelf: Location) -> None:
        [movement] = issue(line(motor, shelf, 4)).movements

        assert movement.kind == "issue"
        assert movement.quantity == -4
        assert level(motor, shelf) == 6

    def test_refuses_more_than_is_there(self, motor: Part, shelf: Location) -> None:
        with refused(
            NotEnoughStockError,
            "Not enough MT-2207 at Shelf: 1,011 asked for, 10 there. Nothing was recorded. "
            "In stock there: without lot (10).",
        ):
            issue(line(motor, shelf, 1011))

    def test_refuses_more_than_is_there_of_the_lot_and_says_what_is(
        self, battery: Part, shelf: Location
    ) -> None:
        receive(line(battery, shelf, 3, lot="L1"), line(battery, shelf, 20, lot="L2"))

        with refused(
            NotEnoughStockError,
            "Not enough BT-6S (L1) at Shelf: 4 asked for, 3 there. Nothing was recorded. "
            "In stock there: L1 (3), L2 (20).",
        ):
            issue(line(battery, shelf, 4, lot="L1"))

    def test_refuses_what_lies_elsewhere(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        with refused(
            NotEnoughStockError,
            "Not enough MT-2207 at Bench: 1 asked for, 0 there. Nothing was recorded. "
            "In stock there: nothing.",
        ):
            issue(line(motor, bench, 1))

    def test_uses_up_the_same_stock_with_each_line(self, motor: Part, shelf: Location) -> None:
        with refused(
            NotEnoughStockError,
            "Not enough MT-2207 at Shelf: 5 asked for, 4 there. Nothing was recorded. "
            "In stock there: without lot (10).",
            at_line=1,
        ):
            issue(line(motor, shelf, 6), line(motor, shelf, 5))

        issue(line(motor, shelf, 6), line(motor, shelf, 4))
        assert level(motor, shelf) == 0

    def test_refuses_an_unknown_lot(self, battery: Part, shelf: Location) -> None:
        receive(line(battery, shelf, 3, lot="L1"))

        with refused(UnknownLotError, "BT-6S has no L9. In stock at Shelf: L1 (3)."):
            issue(line(battery, shelf, 1, lot="L9"))

    def test_refuses_a_tracked_part_without_its_lot(self, battery: Part, shelf: Location) -> None:
        receive(line(battery, shelf, 3, lot="L1"))

        with refused(LotNeededError, "BT-6S is tracked by lot. Enter the lot."):
            issue(line(battery, shelf, 1))

    def test_takes_what_is_left_of_an_inactive_part_in_an_inactive_location(
        self, motor: Part, shelf: Location
    ) -> None:
        Part.objects.update(active=False)
        Location.objects.update(active=False)
        motor.refresh_from_db()
        shelf.refresh_from_db()

        issue(line(motor, shelf, 10))

        assert level(motor, shelf) == 0

    def test_says_so_in_japanese_numbers_too(self, motor: Part, shelf: Location) -> None:
        with translation.override("ja"), pytest.raises(NotEnoughStockError) as caught:
            issue(line(motor, shelf, 1011))

        assert "1,011" in str(caught.value)
        assert "棚" in str(caught.value)


class TestTransfer:
    def test_moves_stock(self, motor: Part, shelf: Location, bench: Location) -> None:
        out, into = transfer(move(motor, shelf, bench, 4)).movements

        assert out.quantity == -4
        assert into.quantity == 4
        assert level(motor, shelf) == 6
        assert level(motor, bench) == 4

    def test_moves_lots_and_items(self, battery: Part, shelf: Location, bench: Location) -> None:
        receive(line(battery, shelf, 3, lot="L1"))

        transfer(move(battery, shelf, bench, 2, lot="L1"))

        assert level(battery, bench, "L1") == 2

    def test_may_pass_through(self, motor: Part, shelf: Location, bench: Location) -> None:
        attic = LocationFactory.create()

        transfer(move(motor, shelf, bench, 10), move(motor, bench, attic, 10))

        assert level(motor, bench) == 0
        assert level(motor, attic) == 10

    def test_refuses_more_than_is_there(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        with refused(
            NotEnoughStockError,
            "Not enough MT-2207 at Shelf: 11 asked for, 10 there. Nothing was recorded. "
            "In stock there: without lot (10).",
        ):
            transfer(move(motor, shelf, bench, 11))

    def test_refuses_to_go_nowhere(self, motor: Part, shelf: Location) -> None:
        with refused(
            NotAcceptedError,
            "Shelf is both where the stock is and where it goes. Choose two locations.",
        ):
            transfer(move(motor, shelf, shelf, 1))

    def test_refuses_an_inactive_target(self, motor: Part, shelf: Location) -> None:
        attic = LocationFactory.create(name_en="Attic", active=False)

        with refused(
            NotAcceptedError, "Attic is inactive and takes no stock. Choose another location."
        ):
            transfer(move(motor, shelf, attic, 1))

    def test_records_nothing_when_one_line_fails(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        with refused(
            NotEnoughStockError,
            "Not enough MT-2207 at Shelf: 7 asked for, 6 there. Nothing was recorded. "
            "In stock there: without lot (10).",
            at_line=1,
        ):
            transfer(move(motor, shelf, bench, 4), move(motor, shelf, bench, 7))


class TestRepeatedKey:
    def test_returns_what_was_received_and_books_once(self, motor: Part, bench: Location) -> None:
        key = uuid.uuid4()
        first = receive(line(motor, bench, 5), key=key)

        second = receive(line(motor, bench, 5), key=key)

        assert second.repeated
        assert [m.pk for m in second.movements] == [m.pk for m in first.movements]
        assert level(motor, bench) == 5

    def test_is_harmless_when_the_stock_is_gone_by_now(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        issue(line(motor, shelf, 10), key=key)

        assert issue(line(motor, shelf, 10), key=key).repeated
        assert level(motor, shelf) == 0

    def test_is_harmless_for_transfers(self, motor: Part, shelf: Location, bench: Location) -> None:
        key = uuid.uuid4()
        transfer(move(motor, shelf, bench, 10), key=key)

        assert transfer(move(motor, shelf, bench, 10), key=key).repeated
        assert level(motor, bench) == 10

    def test_is_recognized_by_lot_and_serial_number_in_any_case_and_width(
        self, battery: Part, controller: Part, shelf: Location
    ) -> None:
        key = uuid.uuid4()
        receive(line(battery, shelf, 1, lot="L1"), line(controller, shelf, 1, serial="S1"), key=key)

        assert receive(
            line(battery, shelf, 1, lot="ｌ1"), line(controller, shelf, 1, serial="s1"), key=key
        ).repeated

    @pytest.mark.parametrize(
        "changed",
        [
            {"quantity": Decimal(6)},
            {"lot": "L2"},
            {"serial": "S1", "quantity": Decimal(1)},
            {"unit_cost": Decimal(2)},
        ],
    )
    def test_with_another_entry_is_refused(
        self, changed: dict[str, object], motor: Part, shelf: Location
    ) -> None:
        key = uuid.uuid4()
        entry = {"quantity": Decimal(5), "lot": "L1", "unit_cost": Decimal(1), "currency": "JPY"}
        receive(line(motor, shelf, **entry), key=key)  # type: ignore[arg-type]

        with refused(
            KeyReusedError,
            "This page was used for another entry already. Nothing was recorded. "
            "Open the page afresh and enter it again.",
            at_line=None,
        ):
            receive(line(motor, shelf, **{**entry, **changed}), key=key)  # type: ignore[arg-type]

    def test_of_another_kind_part_or_place_is_refused(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        key = uuid.uuid4()
        receive(line(motor, shelf, 5), key=key)
        other = stocked(PartFactory.create(), shelf, 5)

        with pytest.raises(KeyReusedError):
            issue(line(motor, shelf, 5), key=key)
        with pytest.raises(KeyReusedError):
            transfer(move(motor, shelf, bench, 5), key=key)
        with pytest.raises(KeyReusedError):
            receive(line(motor, bench, 5), key=key)
        with pytest.raises(KeyReusedError):
            receive(line(other, shelf, 5), key=key)
        with pytest.raises(KeyReusedError):
            receive(line(motor, shelf, 5), line(motor, shelf, 5), key=key)
