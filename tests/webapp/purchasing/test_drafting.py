"""Writing drafts: made once, changed as they were seen, refused in words."""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from core.errors import BusinessError
from purchasing import drafting
from purchasing.entries import DraftLine
from purchasing.errors import OrderChangedError, OrderRefusedError, WrongStateError
from purchasing.models import OrderLine, ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder import decisions
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    draft,
    now,
    stocked,
    wanted,
)

type OrderIn = Callable[[str], PurchaseOrder]


def edit(order: PurchaseOrder, *lines: DraftLine, by: User, **values: Any) -> PurchaseOrder:
    asked = {
        "version": now(order).version,
        "supplier": order.supplier,
        "destination": None,
        "expected_on": None,
        "notes": "",
        **values,
    }
    drafting.edit_draft(order.pk, lines=lines, by=by, at=timezone.now(), **asked)
    return now(order)


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


class TestEdit:
    def test_gives_the_draft_other_lines_in_their_order(
        self, motors: SupplierPart, screws: SupplierPart, bench: Location, buyer: User
    ) -> None:
        order = draft(wanted(motors, 1), wanted(screws, 2), by=buyer)
        motor_line, screw_line = order.lines.order_by("position")

        order = edit(
            order,
            wanted(screws, 3, line=screw_line.pk),
            wanted(motors.part, 5),
            by=buyer,
            destination=bench,
            expected_on=date(2027, 1, 4),
            notes="in a box",
        )

        first, second = order.lines.order_by("position")
        assert (first.pk, first.quantity, first.position) == (screw_line.pk, Decimal(3), 1)
        assert (second.supplier_part, second.quantity) == (None, Decimal(5))
        assert not OrderLine.objects.filter(pk=motor_line.pk).exists()
        assert (order.destination, order.expected_on) == (bench, date(2027, 1, 4))
        assert (order.notes, order.version) == ("in a box", 2)

    def test_exchanges_the_places_of_lines(
        self, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(motors, 1), wanted(screws, 2), by=buyer)
        first, second = order.lines.order_by("position")

        edit(order, wanted(screws, 2, line=second.pk), wanted(motors, 1, line=first.pk), by=buyer)

        assert list(order.lines.order_by("position")) == [second, first]

    def test_remembers_who_changed_it_last(
        self, motors: SupplierPart, buyer: User, administrator: User
    ) -> None:
        order = draft(wanted(motors, 1), by=buyer)

        order = edit(order, wanted(motors, 2), by=administrator)

        assert (order.created_by, order.edited_by) == (buyer, administrator)

    def test_tells_the_time_line_what_came_went_and_changed(
        self, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        wire = PartFactory.create(number="WR-1", unit="m")
        order = draft(wanted(motors, 1), wanted(screws, 2), by=buyer)
        first = order.lines.get(position=1)

        edit(order, wanted(motors, 4, line=first.pk), wanted(wire, "1.5", pack_unit="m"), by=buyer)

        event = order.events.latest("pk")
        assert (event.kind, event.actor) == ("edited", buyer)
        assert event.details == {
            "added": [["WR-1", "1.5"]],
            "removed": [["SC-0310", "2"]],
            "changed": [["MT-2207", "4"]],
        }

    def test_changes_the_supplier_with_all_its_lines(
        self, motors: SupplierPart, motor: Part, buyer: User
    ) -> None:
        order = draft(wanted(motors, 1), by=buyer)
        elsewhere = SupplierPartFactory.create(part=motor)

        order = edit(order, wanted(elsewhere, 1), by=buyer, supplier=elsewhere.supplier)

        assert order.supplier == elsewhere.supplier
        assert order.lines.get().supplier_part == elsewhere

    def test_does_not_change_the_supplier_with_lines_of_the_old_one(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(motors, 1), by=buyer)
        another = SupplierFactory.create(name="Osaka Screws")

        with pytest.raises(OrderRefusedError) as caught:
            edit(
                order,
                wanted(motors, 1, line=order.lines.get().pk),
                by=buyer,
                supplier=another,
            )

        assert str(caught.value) == (
            "TR-2207 is not what Osaka Screws sells MT-2207 as. Choose the SKU again."
        )
        assert now(order).supplier == motors.supplier

    def test_does_not_take_an_inactive_supplier(self, motors: SupplierPart, buyer: User) -> None:
        order = draft(wanted(motors, 1), by=buyer)

        with pytest.raises(OrderRefusedError, match="Choose another supplier"):
            edit(order, wanted(motors, 1), by=buyer, supplier=SupplierFactory.create(active=False))

    def test_keeps_a_supplier_that_became_inactive(self, motors: SupplierPart, buyer: User) -> None:
        """What was begun can be finished, or made smaller."""
        order = draft(wanted(motors, 2), by=buyer)
        Supplier.objects.update(active=False)

        order = edit(order, wanted(motors, 1), by=buyer)

        assert order.lines.get().quantity == 1

    def test_is_refused_after_somebody_elses(
        self, motors: SupplierPart, buyer: User, administrator: User
    ) -> None:
        order = draft(wanted(motors, 1), by=buyer)
        edit(order, wanted(motors, 2), by=administrator)

        with pytest.raises(OrderChangedError) as caught:
            edit(order, wanted(motors, 3), by=buyer, version=1)

        assert str(caught.value).startswith(
            f"{order.number} was changed after you opened this page. Last: Changed, 管理 担当, "
        )
        assert order.lines.get().quantity == 2

    @pytest.mark.parametrize(
        ("state", "label"), [("approved", "Approved"), ("cancelled", "Cancelled")]
    )
    def test_is_refused_of_what_is_no_draft(
        self, state: str, label: str, order_in: OrderIn, motors: SupplierPart, buyer: User
    ) -> None:
        order = order_in(state)

        with pytest.raises(WrongStateError) as caught:
            edit(order, wanted(motors, 3), by=buyer)

        assert str(caught.value) == (
            f"{order.number} is {label}. Only drafts can be changed; an approved order is "
            "sent back."
        )

    def test_is_refused_with_the_line_that_cannot_be(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(motors, 1), by=buyer)

        with pytest.raises(OrderRefusedError) as caught:
            edit(order, wanted(motors, 1), wanted(motors, 0), by=buyer)

        assert (str(caught.value), caught.value.line) == ("MT-2207: order more than 0.", 1)

    def test_does_not_take_the_line_of_another_order(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        order, other = (draft(wanted(motors, 1), by=buyer) for _order in range(2))

        edit(order, wanted(motors, 9, line=other.lines.get().pk), by=buyer)

        assert other.lines.get().quantity == 1
        assert order.lines.get().quantity == 9


class TestEditOfAnAutomaticDraft:
    @pytest.fixture
    def order(self, motors: SupplierPart, shelf: Location) -> PurchaseOrder:
        """Of seven motors, because there are three where there should be ten."""
        Part.objects.update(reorder_point=5, target_quantity=10)
        stocked(motors.part, shelf, 3)
        return PurchaseOrder.objects.get()

    def test_fixes_the_quantity_that_a_person_sets(
        self, order: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        edit(order, wanted(motors, 12, line=order.lines.get().pk), by=buyer)

        proposal = ReorderProposal.objects.get()
        assert (proposal.state, proposal.fixed) == (ProposalState.OPEN, True)
        assert order.lines.get().quantity == 12

    def test_leaves_the_quantity_open_that_nobody_changed(
        self, order: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        edit(order, wanted(motors, 7, line=order.lines.get().pk), by=buyer, notes="urgent")

        assert not ReorderProposal.objects.get().fixed

    def test_puts_other_lines_beside_the_proposals(
        self, order: PurchaseOrder, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        edit(order, wanted(motors, 7, line=order.lines.get().pk), wanted(screws, 1), by=buyer)

        assert order.lines.count() == 2
        assert now(order).collecting

    def test_keeps_the_line_of_an_open_proposal(
        self, order: PurchaseOrder, screws: SupplierPart, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            edit(order, wanted(screws, 1), by=buyer)

        assert str(caught.value) == (
            "MT-2207 is on this order because it fell to its reorder point. Dismiss the "
            "proposal until a date instead of deleting the line."
        )

    def test_keeps_the_line_of_an_accepted_proposal(
        self, order: PurchaseOrder, screws: SupplierPart, buyer: User
    ) -> None:
        decisions.accept([ReorderProposal.objects.get().pk], by=buyer, at=timezone.now())

        with pytest.raises(OrderRefusedError) as caught:
            edit(order, wanted(screws, 1), by=buyer)

        assert str(caught.value) == (
            "The proposal for MT-2207 was accepted, so its line stays. Change its quantity, or "
            "cancel the order."
        )

    def test_keeps_part_and_sku_of_a_proposal(
        self, order: PurchaseOrder, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        line = order.lines.get().pk

        for other in (wanted(screws, 1, line=line), wanted(motors.part, 7, line=line)):
            with pytest.raises(OrderRefusedError) as caught:
                edit(order, other, by=buyer)
            assert str(caught.value) == (
                "MT-2207 was proposed by its reorder point: its line keeps part and SKU."
            )
            assert caught.value.line == 0

    def test_keeps_the_supplier(
        self, order: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            edit(order, wanted(motors, 7), by=buyer, supplier=SupplierFactory.create())

        assert str(caught.value) == "The supplier of an automatic order stays."


def decimals(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)
