"""Totals, status and last cost of a part follow from its movements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Part
from stock.models import Location, StockMovement
from tests.webapp.factories import (
    PartFactory,
    correct,
    issue,
    line,
    move,
    receive,
    stocked,
    transfer,
)


def bought(
    part: Part, location: Location, cost: str, currency: str = "JPY", *, days_ago: int = 0
) -> StockMovement:
    at = timezone.now() - timedelta(days=days_ago)
    return receive(
        line(part, location, 1, unit_cost=Decimal(cost), currency=currency), at=at
    ).movements[0]


def last_cost(part: Part) -> tuple[object, str]:
    part.refresh_from_db()
    return part.last_cost, part.last_cost_currency


class TestOnHand:
    def test_sums_over_locations_and_lots(self, shelf: Location, bench: Location) -> None:
        wire = stocked(PartFactory.create(unit="m"), shelf, 10)

        receive(line(wire, bench, "0.25"), line(wire, shelf, 3, lot="L1"))
        transfer(move(wire, shelf, bench, 5))

        wire.refresh_from_db()
        assert wire.on_hand == Decimal("13.25")


class TestStatus:
    @pytest.mark.parametrize(
        ("reorder_point", "taken", "status"),
        [
            (0, 9, "enough"),
            (0, 10, "out"),
            (4, 5, "enough"),
            (4, 6, "low"),
            (4, 9, "low"),
            (4, 10, "out"),
        ],
    )
    def test_follows_the_stock(
        self, motor: Part, shelf: Location, reorder_point: int, taken: int, status: str
    ) -> None:
        Part.objects.filter(pk=motor.pk).update(reorder_point=reorder_point)

        issue(line(motor, shelf, taken))

        motor.refresh_from_db()
        assert motor.status == status

    def test_follows_the_reorder_point(self, motor: Part) -> None:
        motor.reorder_point = Decimal(10)
        motor.save()
        motor.refresh_from_db()
        assert motor.status == "low"

        motor.reorder_point = Decimal("9.999999")
        motor.save()
        motor.refresh_from_db()
        assert motor.status == "enough"

    def test_of_a_new_part_is_out(self, db: None) -> None:
        part = PartFactory.create()

        part.refresh_from_db()
        assert part.status == "out"


class TestLastCost:
    def test_is_that_of_the_latest_receipt(self, motor: Part, shelf: Location) -> None:
        bought(motor, shelf, "1200")
        bought(motor, shelf, "9.5133", "USD")

        assert last_cost(motor) == (Decimal("9.5133"), "USD")

    def test_is_not_that_of_an_earlier_receipt_recorded_later(
        self, motor: Part, shelf: Location
    ) -> None:
        bought(motor, shelf, "1200")
        bought(motor, shelf, "900", days_ago=3)

        assert last_cost(motor) == (1200, "JPY")

    def test_is_that_of_the_latest_line_of_one_receipt(self, motor: Part, shelf: Location) -> None:
        receive(
            line(motor, shelf, 1, unit_cost=Decimal(1), currency="JPY"),
            line(motor, shelf, 1, unit_cost=Decimal(2), currency="JPY"),
        )

        assert last_cost(motor) == (2, "JPY")

    def test_stays_when_a_receipt_names_none(self, motor: Part, shelf: Location) -> None:
        bought(motor, shelf, "1200")
        stocked(motor, shelf, 5)
        issue(line(motor, shelf, 5))

        assert last_cost(motor) == (1200, "JPY")

    def test_may_be_nothing_for_what_was_free(self, motor: Part, shelf: Location) -> None:
        bought(motor, shelf, "0")

        assert last_cost(motor) == (0, "JPY")

    def test_is_the_one_before_when_the_last_receipt_is_reversed(
        self, motor: Part, shelf: Location
    ) -> None:
        bought(motor, shelf, "1000", days_ago=2)
        bought(motor, shelf, "5", "USD", days_ago=1)
        mistake = bought(motor, shelf, "99999")

        correct(mistake)

        assert last_cost(motor) == (5, "USD")

    def test_stays_when_an_earlier_receipt_is_reversed(self, motor: Part, shelf: Location) -> None:
        mistake = bought(motor, shelf, "1000", days_ago=2)
        bought(motor, shelf, "5", "USD")

        correct(mistake)

        assert last_cost(motor) == (5, "USD")

    def test_is_nothing_again_when_the_only_receipt_is_reversed(
        self, motor: Part, shelf: Location
    ) -> None:
        mistake = bought(motor, shelf, "1000")

        correct(mistake)

        assert last_cost(motor) == (None, "")
        assert motor.last_cost_at is None

    def test_is_the_later_one_after_a_reversal_of_both_lines(
        self, motor: Part, shelf: Location
    ) -> None:
        bought(motor, shelf, "7", days_ago=1)
        posting = receive(
            line(motor, shelf, 1, unit_cost=Decimal(1), currency="JPY"),
            line(motor, shelf, 1, unit_cost=Decimal(2), currency="JPY"),
        )

        correct(*posting.movements)

        assert last_cost(motor) == (7, "JPY")
