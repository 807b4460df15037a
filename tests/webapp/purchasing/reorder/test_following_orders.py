"""What happens to orders is looked at in the same transaction."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing import drafting, life
from purchasing.models import (
    OrderLine,
    ProposalState,
    PurchaseOrder,
)
from purchasing.reorder import decisions
from stock.models import Location
from tests.webapp.factories import (
    approve,
    arrived,
    draft,
    now,
    ordered,
    take_back,
    wanted,
)
from tests.webapp.purchasing.reorder.proposals import none_proposed, proposed, proposed_line

type Take = Callable[[int], None]


def decimals(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


class TestAcceptedProposal:
    def test_counts_as_coming_and_is_not_computed_any_more(self, take: Take, buyer: User) -> None:
        take(2)
        decisions.accept([proposed().pk], by=buyer, at=timezone.now())

        take(5)

        assert none_proposed()
        assert OrderLine.objects.get().quantity == 20

    def test_is_joined_by_another_when_more_is_needed(self, take: Take, buyer: User) -> None:
        take(2)
        decisions.accept([proposed().pk], by=buyer, at=timezone.now())
        Part.objects.update(reorder_point=29)

        take(2)

        assert (proposed().drafted, proposed_line().quantity) == decimals(20, 2)
        assert proposed_line().order.lines.count() == 2


class TestOrders:
    """What happens to orders is looked at in the same transaction."""

    def test_that_are_postponed_are_not_ordered_again(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        """odoo#76466: a delivery a month later is still a delivery."""
        order = ordered(wanted(motors, 20), by=buyer, expected_on=timezone.localdate())
        take(12)

        for days in (1, 30, 365):
            life.postpone(
                order.pk,
                version=now(order).version,
                expected_on=timezone.localdate() + timedelta(days=days),
                reason="the ship is late",
                by=buyer,
                at=timezone.now(),
            )

        assert none_proposed()
        assert PurchaseOrder.objects.count() == 1

    def test_that_are_late_are_not_ordered_again(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        ordered(wanted(motors, 20), by=buyer, expected_on=timezone.localdate() - timedelta(days=9))

        take(12)

        assert none_proposed()

    @pytest.mark.parametrize("state", ["draft", "approved", "ordered"])
    def test_that_are_cancelled_are_proposed_again(
        self, state: str, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(motors, 20), by=buyer)
        if state != "draft":
            order = approve(order, by=buyer)
        if state == "ordered":
            order = ordered(wanted(motors, 20), by=buyer)
            life.cancel(
                PurchaseOrder.objects.earliest("pk").pk,
                version=2,
                reason="twice",
                by=buyer,
                at=timezone.now(),
            )
        take(2)
        assert none_proposed()

        life.cancel(order.pk, version=now(order).version, reason="no", by=buyer, at=timezone.now())

        assert proposed_line().quantity == 20

    def test_of_proposals_that_are_cancelled_are_proposed_again(
        self, take: Take, buyer: User
    ) -> None:
        take(2)
        first, order = proposed(), proposed_line().order
        approve(order, by=buyer)
        assert none_proposed()

        life.cancel(order.pk, version=now(order).version, reason="no", by=buyer, at=timezone.now())

        assert proposed() != first
        assert proposed_line().order != order
        first.refresh_from_db()
        assert (first.state, first.decided_by) == (ProposalState.ACCEPTED, buyer)

    def test_that_are_closed_short_are_proposed_again(
        self, take: Take, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 20), by=buyer)
        arrived(order.lines.get(), 1, shelf)
        take(5)
        assert none_proposed()

        life.close_short(
            order.pk,
            version=now(order).version,
            lines=[order.lines.get().pk],
            reason="sold out",
            by=buyer,
            at=timezone.now(),
        )
        assert (proposed().on_hand, proposed_line().quantity) == decimals(8, 22)

        life.open_again(
            order.pk,
            version=now(order).version,
            lines=[order.lines.get().pk],
            reason="found more",
            by=buyer,
            at=timezone.now(),
        )
        assert none_proposed()

    def test_that_are_received_change_nothing_of_the_sum(
        self, take: Take, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 20), by=buyer)
        take(12)

        receipt = arrived(order.lines.get(), 8, shelf)
        assert none_proposed()

        take_back(receipt)
        assert none_proposed()

    def test_that_are_made_smaller_are_completed(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(motors, 20), by=buyer)
        take(4)

        drafting.edit_draft(
            order.pk,
            version=order.version,
            supplier=order.supplier,
            lines=[wanted(motors, 2, line=order.lines.get().pk)],
            destination=None,
            expected_on=None,
            notes="",
            by=buyer,
            at=timezone.now(),
        )

        assert (proposed().drafted, proposed_line().quantity) == decimals(2, 20)

    def test_that_are_sent_back_still_count(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motors, 20), by=buyer), by=buyer)
        life.send_back(order.pk, version=order.version, reason="no", by=buyer, at=timezone.now())

        take(12)

        assert none_proposed()
