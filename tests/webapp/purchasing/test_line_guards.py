"""What the database refuses of the lines of orders, whoever writes. Each by its name."""

from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import (
    OrderLine,
)
from tests.webapp.database import as_owner, check_now, denied, refused_by, triggers_off
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
)
from tests.webapp.purchasing.by_hand import (
    add_line,
    change_lines,
    execute,
    make,
)
from tests.webapp.purchasing.deciding import OrderIn

PLACED = ["ordered", "partial", "received", "closed"]


ANOTHER = {
    "position": 7,
    "sku": "TR-9",
    "description": "the red one",
    "quantity": Decimal(11),
    "pack_quantity": Decimal(2),
    "pack_unit": "set",
    "factor": Decimal(2),
    "unit_price": Decimal(1),
    "currency": "USD",
    "tolerance_percent": Decimal(50),
}


class TestLine:
    @pytest.mark.parametrize("state", ["approved", *PLACED, "cancelled"])
    def test_comes_and_goes_in_drafts_only(
        self, state: str, order_in: OrderIn, motors: SupplierPart
    ) -> None:
        order = order_in(state)

        with refused_by("purchasing_line_only_in_drafts"):
            add_line(order, motors, order_state=state)
        with refused_by("purchasing_line_only_in_drafts"):
            execute("DELETE FROM purchasing_orderline")
        with refused_by("purchasing_line_only_in_drafts"), as_owner() as cursor:
            cursor.execute("DELETE FROM purchasing_orderline")

    def test_cannot_pretend_that_the_order_is_a_draft(
        self, order_in: OrderIn, motors: SupplierPart
    ) -> None:
        with refused_by("purchasing_line_state_of_order"):
            add_line(order_in("approved"), motors, order_state="draft")

    @pytest.mark.parametrize(("column", "value"), ANOTHER.items())
    def test_changes_in_drafts_only(self, column: str, value: object, order_in: OrderIn) -> None:
        change_lines(order_in("draft"), **{column: value})

        for state in ("approved", "ordered", "cancelled"):
            order = order_in(state)
            with refused_by("purchasing_line_only_in_drafts"):
                change_lines(order, **{column: value})
            with refused_by("purchasing_line_only_in_drafts"), as_owner():
                change_lines(order, **{column: value})

    def test_keeps_its_part_and_supplier_part_from_approval_on(self, order_in: OrderIn) -> None:
        order = order_in("approved")

        with refused_by("purchasing_line_only_in_drafts"):
            change_lines(order, part=PartFactory.create(), supplier_part=None)
        with refused_by("purchasing_line_only_in_drafts"):
            change_lines(order, supplier_part=None)

    def test_stays_with_its_order(self, order_in: OrderIn) -> None:
        line, other = order_in("draft").lines.get(), order_in("draft")

        with refused_by("purchasing_line_identity_fixed"):
            OrderLine.objects.filter(pk=line.pk).update(order=other, position=2)

    def test_is_of_the_supplier_of_its_order(self, order_in: OrderIn, motors: SupplierPart) -> None:
        elsewhere = SupplierPartFactory.create(part=motors.part)
        another = SupplierPartFactory.create(supplier=motors.supplier)
        order = order_in("draft")

        for offer in (elsewhere, another):
            with refused_by("purchasing_line_of_supplier"):
                change_lines(order, supplier_part=offer)
            with refused_by("purchasing_line_of_supplier"):
                add_line(order, motors, supplier_part=offer)

    def test_has_a_position_of_its_own(self, order_in: OrderIn, motors: SupplierPart) -> None:
        order = order_in("draft")

        with refused_by("purchasing_line_position"):
            add_line(order, motors, position=1)
            with connection.cursor() as cursor:
                check_now(cursor)

    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"quantity": 0}, "quantity_positive"),
            ({"quantity": -1}, "quantity_positive"),
            ({"factor": 0}, "pack_positive"),
            ({"pack_quantity": 0}, "pack_positive"),
            ({"unit_price": -1, "currency": "JPY"}, "price_has_currency"),
            ({"unit_price": 1, "currency": ""}, "price_has_currency"),
            ({"tolerance_percent": -1}, "tolerance_percent"),
            ({"tolerance_percent": "100.01"}, "tolerance_percent"),
        ],
    )
    def test_holds_possible_numbers(
        self, values: dict[str, object], constraint: str, order_in: OrderIn
    ) -> None:
        with refused_by(f"purchasing_line_{constraint}"):
            change_lines(order_in("draft"), **values)


class TestWhatALineReceived:
    def test_is_nothing_in_the_beginning(self, rotor: Supplier, motors: SupplierPart) -> None:
        order = make(rotor)

        with refused_by("purchasing_line_begins_untouched"):
            add_line(order, motors, received=1)
        with refused_by("purchasing_line_begins_untouched"):
            add_line(order, motors, closed=True, close_reason="sold out")

    @pytest.mark.parametrize("state", ["draft", "ordered"])
    def test_is_changed_by_receipts_only(self, state: str, order_in: OrderIn) -> None:
        order = order_in(state)

        with denied():
            change_lines(order, received=1)
        with refused_by("purchasing_line_received_by_receipts"), as_owner():
            change_lines(order, received=1)

    def test_before_the_import_stays(self, order_in: OrderIn) -> None:
        order, placed = order_in("draft"), order_in("ordered")

        with denied():
            change_lines(order, taken_over=1)
        with refused_by("purchasing_line_identity_fixed"), as_owner():
            change_lines(order, taken_over=1)
        with refused_by("purchasing_line_only_in_drafts"), as_owner():
            change_lines(placed, taken_over=1)

    @pytest.mark.parametrize(
        ("received", "constraint"),
        [(-1, "received_not_negative"), (11, "not_over_received")],
    )
    def test_is_possible_even_without_triggers(
        self, received: int, constraint: str, order_in: OrderIn
    ) -> None:
        order = order_in("ordered")

        with (
            refused_by(f"purchasing_line_{constraint}"),
            triggers_off("purchasing_orderline"),
        ):
            change_lines(order, received=received)

    def test_before_the_import_is_not_negative(self, rotor: Supplier, motors: SupplierPart) -> None:
        with refused_by("purchasing_line_received_not_negative"):
            add_line(make(rotor, origin="imported"), motors, taken_over=-1)

    def test_before_the_import_may_be_too_much(self, rotor: Supplier, motors: SupplierPart) -> None:
        """The other system may have let more in; nothing comes on top of it here."""
        line = add_line(make(rotor, origin="imported"), motors, quantity=5, taken_over=7)

        assert line.missing == 0


class TestClosing:
    @pytest.mark.parametrize("state", ["draft", "approved", "cancelled"])
    def test_is_of_lines_of_placed_orders(self, state: str, order_in: OrderIn) -> None:
        with refused_by("purchasing_line_closed_after_ordering"):
            change_lines(order_in(state), closed=True, close_reason="sold out")

    def test_has_a_reason(self, order_in: OrderIn) -> None:
        with refused_by("purchasing_line_closed_with_reason"):
            change_lines(order_in("partial"), closed=True, closed_at=timezone.now())


class TestOnOrder:
    def test_refuses_changes_by_anybody(self, motor: Part, order_in: OrderIn) -> None:
        order_in("ordered")

        with denied():
            Part.objects.update(on_order=0)
        with refused_by("catalog_part_totals_only_by_ledger"), as_owner():
            Part.objects.update(on_order=0)


class TestUnitOfAPart:
    """What is on order is added up over orders, and so in one unit."""

    @pytest.mark.parametrize("state", ["draft", "ordered", "cancelled"])
    def test_stays_once_it_was_ordered(self, state: str, motor: Part, order_in: OrderIn) -> None:
        order_in(state)

        with refused_by("catalog_part_unit_of_orders"):
            Part.objects.update(unit="set")
        with refused_by("catalog_part_unit_of_orders"), as_owner():
            Part.objects.update(unit="set")

    def test_can_change_before(self, motor: Part) -> None:
        Part.objects.update(unit="set")
