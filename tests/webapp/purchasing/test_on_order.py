"""What is on order of a part: the outstanding lines, added up by the database."""

from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing import life
from purchasing.models import OrderLine, PurchaseOrder
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    approve,
    arrival,
    arrive,
    arrived,
    draft,
    now,
    ordered,
    take_back,
    wanted,
)
from tests.webapp.purchasing.deciding import OrderIn


def on_order(part: Part) -> Decimal:
    return Part.objects.values_list("on_order", flat=True).get(pk=part.pk)


@pytest.mark.parametrize(
    ("state", "quantity"),
    [
        ("draft", 0),
        ("approved", 10),
        ("ordered", 10),
        ("partial", 6),
        ("received", 0),
        ("closed", 0),
        ("cancelled", 0),
    ],
)
def test_of_an_order_for_ten_is_what_is_awaited(
    state: str, quantity: int, order_in: OrderIn, motor: Part
) -> None:
    order_in(state)

    assert on_order(motor) == quantity


class TestOnOrder:
    def test_is_of_all_orders_together(self, order_in: OrderIn, motor: Part) -> None:
        for state in ("draft", "approved", "ordered", "partial", "closed"):
            order_in(state)

        assert on_order(motor) == 26

    def test_is_in_the_unit_of_the_part(self, buyer: User, shelf: Location) -> None:
        wire = PartFactory.create(unit="m")
        rolls = SupplierPartFactory.create(part=wire, pack_quantity=100, pack_unit="ft")

        order = ordered(wanted(rolls, 3), by=buyer)
        assert on_order(wire) == Decimal("91.44")

        arrived(order.lines.get(), "0.5", shelf)
        assert on_order(wire) == Decimal("76.2")

    def test_counts_each_line_of_a_part(
        self, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        ordered(wanted(motors, 3), wanted(screws, 2), wanted(motors, 4), by=buyer)

        assert on_order(motors.part) == 7
        assert on_order(screws.part) == 200

    def test_falls_with_what_is_sent_back_or_cancelled(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motors, 5), by=buyer), by=buyer)

        life.send_back(order.pk, version=order.version, reason="no", by=buyer, at=timezone.now())
        assert on_order(motors.part) == 0

        order = approve(order, by=buyer)
        assert on_order(motors.part) == 5

        life.cancel(order.pk, version=order.version, reason="no", by=buyer, at=timezone.now())
        assert on_order(motors.part) == 0

    def test_never_falls_below_nothing_for_more_than_was_ordered(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(
            wanted(motors, 10, tolerance_percent=Decimal(20)), wanted(motors, 5), by=buyer
        )
        first, _second = order.lines.order_by("position")

        arrived(first, 12, shelf)

        assert on_order(motors.part) == 5

    def test_rises_again_with_a_reversal(
        self, motors: SupplierPart, screws: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)
        first, second = order.lines.order_by("position")
        receipt = arrive(order, arrival(first, 4, shelf), arrival(second, 2, shelf))
        assert (on_order(motors.part), on_order(screws.part)) == (Decimal(6), Decimal(0))

        take_back(receipt)

        assert (on_order(motors.part), on_order(screws.part)) == (Decimal(10), Decimal(200))

    def test_follows_closing_and_opening(self, order_in: OrderIn, motor: Part, buyer: User) -> None:
        order = order_in("closed")

        life.open_again(
            order.pk,
            version=order.version,
            lines=[order.lines.get().pk],
            reason="found more",
            by=buyer,
            at=timezone.now(),
        )

        assert on_order(motor) == 6

    def test_follows_sql_for_many_orders_at_once(
        self, order_in: OrderIn, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        order_in("approved")
        order_in("ordered")
        ordered(wanted(screws, 2), wanted(motors, 1), by=buyer)
        assert on_order(motors.part) == 21

        PurchaseOrder.objects.exclude(state="draft").update(
            state="cancelled", changed_at=timezone.now()
        )

        assert (on_order(motors.part), on_order(screws.part)) == (Decimal(0), Decimal(0))

    def test_follows_sql_for_many_lines_at_once(self, order_in: OrderIn, motor: Part) -> None:
        order_in("ordered")
        order_in("partial")

        OrderLine.objects.update(closed=True, close_reason="sold out", closed_at=timezone.now())

        assert on_order(motor) == 0

    def test_is_taken_with_the_order_and_not_before_it(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        """A refused decision leaves what was on order."""
        order = ordered(wanted(motors, 5), by=buyer)

        with pytest.raises(Exception, match="Give a reason"):
            life.cancel(
                order.pk, version=now(order).version, reason="", by=buyer, at=timezone.now()
            )

        assert on_order(motors.part) == 5
