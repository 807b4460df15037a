"""Correcting: a mistake is reversed by a new entry, once, and as a whole."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part
from stock.errors import (
    AlreadyCorrectedError,
    KeyReusedError,
    LotNeededError,
    NotAcceptedError,
    NotEnoughStockError,
    SerialTakenError,
)
from stock.models import Location, StockMovement
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    level,
    line,
    move,
    receive,
    stocked,
    transfer,
)


class TestCorrect:
    def test_reverses_a_movement(self, motor: Part, shelf: Location, storekeeper: User) -> None:
        [mistake] = issue(line(motor, shelf, 4)).movements
        yesterday = timezone.now() - timedelta(days=1)

        [correction] = correct(mistake, by=storekeeper, at=yesterday, reason="wrong part").movements

        correction.refresh_from_db()
        assert correction.kind == "correction"
        assert correction.quantity == 4
        assert correction.reverses == mistake
        assert (correction.actor, correction.reason) == (storekeeper, "wrong part")
        assert correction.occurred_at == yesterday
        assert level(motor, shelf) == 10

    def test_reverses_many_at_once_also_those_that_need_one_another(
        self, motor: Part, bench: Location
    ) -> None:
        [receipt] = receive(line(motor, bench, 5)).movements
        [taken] = issue(line(motor, bench, 5)).movements

        correct(receipt, taken)

        assert level(motor, bench) == 0

    def test_reverses_both_sides_of_a_transfer(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        _out, into = transfer(move(motor, shelf, bench, 4)).movements

        correct(into)

        assert level(motor, shelf) == 10
        assert level(motor, bench) == 0

    @pytest.mark.parametrize("side", [0, 1])
    def test_reverses_of_a_transfer_of_many_lines_only_the_one(
        self, side: int, motor: Part, shelf: Location, bench: Location
    ) -> None:
        screw = stocked(PartFactory.create(), shelf, 100)
        sides = transfer(
            move(motor, shelf, bench, 4),
            move(screw, shelf, bench, 50),
            move(motor, shelf, bench, 1),
        ).movements

        posting = correct(sides[2 + side])

        assert {m.reverses_id for m in posting.movements} == {sides[2].pk, sides[3].pk}
        assert level(screw, shelf) == 100
        assert level(motor, bench) == 5

    def test_reverses_a_transfer_of_a_part_that_its_lines_share(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        attic = LocationFactory.create()
        sides = transfer(move(motor, shelf, bench, 4), move(motor, shelf, attic, 4)).movements

        correct(sides[3])

        assert level(motor, bench) == 4
        assert level(motor, attic) == 0

    def test_refuses_when_the_stock_has_left_since(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        [receipt] = motor.movements.all()
        transfer(move(motor, shelf, bench, 7))

        with pytest.raises(NotEnoughStockError) as caught:
            correct(receipt)

        assert str(caught.value) == (
            "Not enough MT-2207 at Shelf: 10 asked for, 3 there. Nothing was recorded. "
            "In stock there: without lot (3)."
        )

    def test_refuses_a_second_correction(self, motor: Part) -> None:
        [receipt] = motor.movements.all()
        [first] = correct(receipt).movements

        with pytest.raises(AlreadyCorrectedError) as caught:
            correct(receipt)

        assert str(caught.value) == (
            f"Movement #{receipt.pk} was corrected before, by #{first.pk}. Nothing was recorded."
        )

    def test_refuses_to_correct_a_correction(self, motor: Part) -> None:
        [correction] = correct(*motor.movements.all()).movements

        with pytest.raises(AlreadyCorrectedError) as caught:
            correct(correction)

        assert str(caught.value) == (
            f"Movement #{correction.pk} is a correction itself. Record a new movement instead."
        )

    def test_refuses_nothing(self, db: None) -> None:
        with pytest.raises(NotAcceptedError, match="Nothing was chosen"):
            correct()

    def test_refuses_all_when_one_cannot_be(self, motor: Part, shelf: Location) -> None:
        [receipt] = motor.movements.all()
        [taken] = issue(line(motor, shelf, 4)).movements
        correct(taken)

        with pytest.raises(AlreadyCorrectedError):
            correct(receipt, taken)

        assert level(motor, shelf) == 10

    def test_refuses_to_bring_an_item_back_that_came_back_already(
        self, shelf: Location, bench: Location
    ) -> None:
        drone = PartFactory.create(number="DR-1", tracking="serial")
        receive(line(drone, shelf, 1, serial="S1"))
        [taken] = issue(line(drone, shelf, 1, serial="S1")).movements
        receive(line(drone, bench, 1, serial="S1"))

        with pytest.raises(SerialTakenError, match=r"DR-1 with serial number S1 .* at Bench"):
            correct(taken)

    def test_refuses_what_was_recorded_before_the_part_was_tracked(
        self, motor: Part, shelf: Location
    ) -> None:
        [taken] = issue(line(motor, shelf, 10)).movements
        Part.objects.update(tracking="lot")

        with pytest.raises(LotNeededError) as caught:
            correct(taken)

        assert str(caught.value) == (
            f"Movement #{taken.pk} was recorded before MT-2207 was tracked, and names no lot "
            "or serial number. Record a new movement instead."
        )


class TestRepeatedKey:
    def test_returns_the_correction_and_books_once(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        [receipt] = motor.movements.all()
        first = correct(receipt, key=key)

        second = correct(receipt, key=key)

        assert second.repeated
        assert [m.pk for m in second.movements] == [m.pk for m in first.movements]
        assert level(motor, shelf) == 0

    def test_is_recognized_by_either_side_of_a_transfer(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        key = uuid.uuid4()
        out, into = transfer(move(motor, shelf, bench, 4)).movements
        correct(out, key=key)

        assert correct(into, key=key).repeated

    def test_with_another_movement_is_refused(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        [taken] = issue(line(motor, shelf, 1)).movements
        correct(taken, key=key)

        with pytest.raises(KeyReusedError):
            correct(StockMovement.objects.earliest("pk"), key=key)

    def test_of_a_receipt_is_refused(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        [receipt] = receive(line(motor, shelf, Decimal(1)), key=key).movements

        with pytest.raises(KeyReusedError):
            correct(receipt, key=key)
