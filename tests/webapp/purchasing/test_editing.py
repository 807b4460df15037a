"""Changing drafts: as they were seen, and with respect to proposals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
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
    wanted,
)
from tests.webapp.purchasing.deciding import OrderIn


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
    def test_fixes_the_quantity_that_a_person_sets(
        self, automatic_draft: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        edit(automatic_draft, wanted(motors, 12, line=automatic_draft.lines.get().pk), by=buyer)

        proposal = ReorderProposal.objects.get()
        assert (proposal.state, proposal.fixed) == (ProposalState.OPEN, True)
        assert automatic_draft.lines.get().quantity == 12

    def test_leaves_the_quantity_open_that_nobody_changed(
        self, automatic_draft: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        edit(
            automatic_draft,
            wanted(motors, 7, line=automatic_draft.lines.get().pk),
            by=buyer,
            notes="urgent",
        )

        assert not ReorderProposal.objects.get().fixed

    def test_puts_other_lines_beside_the_proposals(
        self,
        automatic_draft: PurchaseOrder,
        motors: SupplierPart,
        screws: SupplierPart,
        buyer: User,
    ) -> None:
        edit(
            automatic_draft,
            wanted(motors, 7, line=automatic_draft.lines.get().pk),
            wanted(screws, 1),
            by=buyer,
        )

        assert automatic_draft.lines.count() == 2
        assert now(automatic_draft).collecting

    def test_keeps_the_line_of_an_open_proposal(
        self, automatic_draft: PurchaseOrder, screws: SupplierPart, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            edit(automatic_draft, wanted(screws, 1), by=buyer)

        assert str(caught.value) == (
            "MT-2207 is on this order because it fell to its reorder point. Dismiss the "
            "proposal until a date instead of deleting the line."
        )

    def test_keeps_the_line_of_an_accepted_proposal(
        self, automatic_draft: PurchaseOrder, screws: SupplierPart, buyer: User
    ) -> None:
        decisions.accept([ReorderProposal.objects.get().pk], by=buyer, at=timezone.now())

        with pytest.raises(OrderRefusedError) as caught:
            edit(automatic_draft, wanted(screws, 1), by=buyer)

        assert str(caught.value) == (
            "The proposal for MT-2207 was accepted, so its line stays. Change its quantity, or "
            "cancel the order."
        )

    def test_keeps_part_and_sku_of_a_proposal(
        self,
        automatic_draft: PurchaseOrder,
        motors: SupplierPart,
        screws: SupplierPart,
        buyer: User,
    ) -> None:
        line = automatic_draft.lines.get().pk

        for other in (wanted(screws, 1, line=line), wanted(motors.part, 7, line=line)):
            with pytest.raises(OrderRefusedError) as caught:
                edit(automatic_draft, other, by=buyer)
            assert str(caught.value) == (
                "MT-2207 was proposed by its reorder point: its line keeps part and SKU."
            )
            assert caught.value.line == 0

    def test_keeps_the_supplier(
        self, automatic_draft: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            edit(automatic_draft, wanted(motors, 7), by=buyer, supplier=SupplierFactory.create())

        assert str(caught.value) == "The supplier of an automatic order stays."
