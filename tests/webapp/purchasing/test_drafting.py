"""Writing drafts: made once, changed as they were seen, refused in words."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from core.errors import BusinessError
from purchasing.entries import DraftLine
from purchasing.errors import OrderRefusedError
from purchasing.models import PurchaseOrder
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    draft,
    wanted,
)


class TestCreate:
    def test_writes_order_and_lines(
        self, motors: SupplierPart, screws: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        at = timezone.now()

        order = draft(
            wanted(motors, 3),
            wanted(screws, 2, 480, "USD", tolerance_percent=Decimal(10)),
            by=buyer,
            destination=shelf,
            expected_on=date(2026, 12, 24),
            notes="Deliver at gate 2.",
            at=at,
        )

        assert order.number == f"PO-{timezone.localtime(at).year}-000001"
        assert (order.state, order.origin, order.collecting) == ("draft", "manual", False)
        assert (order.supplier, order.destination) == (motors.supplier, shelf)
        assert (order.expected_on, order.notes) == (date(2026, 12, 24), "Deliver at gate 2.")
        assert order.created_by == order.edited_by == order.changed_by == buyer
        assert order.created_at == order.changed_at == at
        assert order.version == 1
        first, second = order.lines.order_by("position")
        assert (first.part, first.supplier_part, first.sku) == (motors.part, motors, "TR-2207")
        assert (first.quantity, first.unit_price, first.amount) == decimals(3, 1000, 3000)
        assert (second.factor, second.unit_price, second.tolerance_percent) == decimals(
            100, 480, 10
        )
        assert (second.currency, second.position) == ("USD", 2)

    def test_is_told_by_the_time_line(self, motors: SupplierPart, buyer: User) -> None:
        at = timezone.now()

        order = draft(wanted(motors, 1), by=buyer, at=at)

        event = order.events.get()
        assert (event.kind, event.actor, event.occurred_at) == ("created", buyer, at)

    def test_keeps_the_terms_of_the_day(self, motors: SupplierPart, buyer: User) -> None:
        order = draft(wanted(motors, 1), by=buyer)

        SupplierPart.objects.update(pack_quantity=12, sku="TR-NEW", unit_price=9)

        line = order.lines.get()
        assert (line.sku, line.factor, line.unit_price) == ("TR-2207", Decimal(1), Decimal(1000))

    def test_takes_a_part_without_a_supplier_part_in_any_pack(
        self, rotor: Supplier, buyer: User
    ) -> None:
        wire = PartFactory.create(unit="m")

        order = draft(
            wanted(
                wire,
                2,
                pack_quantity=Decimal(100),
                pack_unit="ft",
                description="the red one",
            ),
            supplier=rotor,
            by=buyer,
        )

        line = order.lines.get()
        assert (line.supplier_part, line.sku, line.description) == (None, "", "the red one")
        assert (line.pack_quantity, line.pack_unit, line.factor) == (
            Decimal(100),
            "ft",
            Decimal("30.48"),
        )
        assert line.unit_price is None
        assert line.currency == ""

    def test_takes_one_part_on_several_lines(self, motors: SupplierPart, buyer: User) -> None:
        order = draft(wanted(motors, 1), wanted(motors, 2), by=buyer)

        assert order.lines.count() == 2

    def test_is_done_once_for_one_request(self, motors: SupplierPart, buyer: User) -> None:
        key = uuid.uuid4()

        first = draft(wanted(motors, 1), by=buyer, key=key)
        second = draft(wanted(motors, 1), by=buyer, key=key)

        assert first == second
        assert PurchaseOrder.objects.count() == 1
        assert first.events.count() == 1


class TestRefusal:
    """Of a new draft and of a changed one alike: the message names the line."""

    def refused(self, *lines: DraftLine, by: User, supplier: Supplier) -> BusinessError:
        with pytest.raises(OrderRefusedError) as caught:
            draft(*lines, by=by, supplier=supplier)
        assert not PurchaseOrder.objects.exists()
        return caught.value

    def test_of_no_lines(self, rotor: Supplier, buyer: User) -> None:
        error = self.refused(by=buyer, supplier=rotor)

        assert str(error) == "An order needs at least one line."

    def test_of_an_inactive_supplier(self, motors: SupplierPart, buyer: User) -> None:
        Supplier.objects.update(active=False)

        error = self.refused(wanted(motors), by=buyer, supplier=Supplier.objects.get())

        assert str(error) == (
            "Tokyo Rotor is inactive. Choose another supplier, or activate this one."
        )

    @pytest.mark.parametrize(
        ("quantity", "message"),
        [
            (0, "MT-2207: order more than 0."),
            (-1, "MT-2207: order more than 0."),
            (10**12, "MT-2207: this quantity is too large."),
            ("2.5", "MT-2207 is counted in whole pcs; this would be 2.5."),
        ],
    )
    def test_of_an_impossible_quantity(
        self, quantity: int | str, message: str, motors: SupplierPart, buyer: User
    ) -> None:
        good = wanted(motors, 1)

        error = self.refused(good, wanted(motors, quantity), by=buyer, supplier=motors.supplier)

        assert (str(error), error.line) == (message, 1)

    def test_of_packs_that_hold_too_much(self, motors: SupplierPart, buyer: User) -> None:
        SupplierPart.objects.update(pack_quantity=10**11)
        motors.refresh_from_db()

        error = self.refused(wanted(motors, 10), by=buyer, supplier=motors.supplier)

        assert str(error) == "MT-2207: this quantity is too large."

    def test_of_half_packs_that_are_no_whole_pieces(
        self, screws: SupplierPart, buyer: User
    ) -> None:
        draft(wanted(screws, "0.5"), by=buyer)  # fifty screws

        with pytest.raises(OrderRefusedError) as caught:
            draft(wanted(screws, "0.123"), by=buyer)

        assert str(caught.value) == "SC-0310 is counted in whole pcs; this would be 12.3."

    def test_of_an_inactive_part(self, motors: SupplierPart, buyer: User) -> None:
        Part.objects.update(active=False)

        error = self.refused(wanted(motors), by=buyer, supplier=motors.supplier)

        assert str(error) == "MT-2207 Motor is inactive and is not ordered any more."

    def test_of_a_part_that_was_deleted_meanwhile(
        self, motor: Part, rotor: Supplier, buyer: User
    ) -> None:
        line = wanted(motor)
        Part.objects.filter(pk=motor.pk).delete()

        error = self.refused(line, by=buyer, supplier=rotor)

        assert str(error) == "MT-2207 was deleted meanwhile."

    def test_of_a_supplier_part_of_somebody_else(
        self, motors: SupplierPart, motor: Part, buyer: User
    ) -> None:
        elsewhere = SupplierPartFactory.create(part=motor, sku="OS-7")

        error = self.refused(wanted(elsewhere), by=buyer, supplier=motors.supplier)

        assert str(error) == (
            "OS-7 is not what Tokyo Rotor sells MT-2207 as. Choose the SKU again."
        )

    def test_of_a_supplier_part_of_another_part(
        self, motors: SupplierPart, screw: Part, buyer: User
    ) -> None:
        line = DraftLine(part=screw, supplier_part=motors, quantity=Decimal(1))

        error = self.refused(line, by=buyer, supplier=motors.supplier)

        assert str(error) == (
            "TR-2207 is not what Tokyo Rotor sells SC-0310 as. Choose the SKU again."
        )

    def test_of_an_inactive_supplier_part(self, motors: SupplierPart, buyer: User) -> None:
        motors.active = False

        error = self.refused(wanted(motors), by=buyer, supplier=motors.supplier)

        assert str(error) == "TR-2207 of Tokyo Rotor is inactive. Choose another one."

    def test_of_a_pack_in_a_unit_that_does_not_convert(
        self, motor: Part, rotor: Supplier, buyer: User
    ) -> None:
        error = self.refused(wanted(motor, 1, pack_unit="m"), by=buyer, supplier=rotor)

        assert str(error) == "MT-2207: m cannot be converted into pcs."

    def test_of_a_price_without_a_currency(self, motor: Part, rotor: Supplier, buyer: User) -> None:
        error = self.refused(wanted(motor, 1, 500, ""), by=buyer, supplier=rotor)

        assert str(error) == "MT-2207: a price needs its currency, such as JPY."


def decimals(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)
