"""Automatic orders that approve themselves, under an amount that the administrator set."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing.models import ApprovalLimit, ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder import decisions
from purchasing.reorder.evaluation import reorder
from purchasing.reorder.sweep import sweep
from stock.models import Location
from tests.webapp.factories import issue, line, now, stocked

type Take = Callable[[int], None]


@pytest.fixture
def limit(db: None) -> ApprovalLimit:
    """Twenty motors are 20,000 yen: exactly."""
    return ApprovalLimit.objects.create(currency="JPY", automatic_up_to=20_000)


def the_order() -> PurchaseOrder:
    return PurchaseOrder.objects.get()


class TestAutomaticOrder:
    def test_waits_for_a_person_where_no_limit_is_set(self, take: Take) -> None:
        take(2)

        assert the_order().state == "draft"

    def test_waits_where_the_limit_is_for_people_only(self, take: Take) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=1_000_000)

        take(2)

        assert the_order().state == "draft"

    def test_up_to_the_limit_approves_itself(self, limit: ApprovalLimit, take: Take) -> None:
        take(2)

        order = the_order()
        assert (order.state, order.approved_by, order.collecting) == ("approved", None, False)
        proposal = ReorderProposal.objects.get()
        assert (proposal.state, proposal.decided_by) == (ProposalState.ACCEPTED, None)
        assert Part.objects.get().on_order == 20
        event = order.events.get(kind="state")
        assert (event.to_state, event.actor) == ("approved", None)

    def test_above_the_limit_waits(self, limit: ApprovalLimit, take: Take) -> None:
        take(3)

        assert the_order().state == "draft"

    @pytest.mark.parametrize(
        "terms", [{"unit_price": None, "currency": ""}, {"unit_price": 1, "currency": "USD"}]
    )
    def test_that_the_limit_cannot_judge_waits(
        self, terms: dict[str, object], limit: ApprovalLimit, take: Take
    ) -> None:
        SupplierPart.objects.update(**terms)

        take(2)

        assert the_order().state == "draft"

    def test_with_a_line_that_cannot_be_judged_waits(
        self, limit: ApprovalLimit, take: Take, screws: SupplierPart, shelf: Location
    ) -> None:
        SupplierPart.objects.filter(pk=screws.pk).update(unit_price=None)
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 60)

        issue(line(screws.part, shelf, 50), line(Part.objects.get(number="MT-2207"), shelf, 2))

        assert the_order().lines.count() == 2
        assert the_order().state == "draft"

    def test_is_followed_by_another_for_the_next_need(
        self, limit: ApprovalLimit, take: Take
    ) -> None:
        take(2)
        Part.objects.update(reorder_point=29, target_quantity=35)

        take(1)

        first, second = PurchaseOrder.objects.order_by("pk")
        assert (first.state, second.state) == ("approved", "approved")
        assert Part.objects.get().on_order == 26

    def test_orders_once_for_one_need(self, limit: ApprovalLimit, take: Take) -> None:
        for _time in range(5):
            take(2)

        assert PurchaseOrder.objects.count() == 1


class TestDraftOfManyParts:
    """Approving changes what is on order of each part: all of them must be locked."""

    @pytest.fixture
    def screws_wanted(self, screws: SupplierPart, shelf: Location) -> SupplierPart:
        """On the draft already, when the limit comes."""
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 40)
        return screws

    def test_is_left_to_the_sweep_by_a_movement_of_one_of_them(
        self, screws_wanted: SupplierPart, limit: ApprovalLimit, take: Take
    ) -> None:
        ApprovalLimit.objects.update(automatic_up_to=30_000)

        take(2)
        assert the_order().lines.count() == 2
        assert the_order().state == "draft"

        sweep()
        assert the_order().state == "approved"

    def test_is_approved_by_a_movement_of_all_of_them(
        self, screws_wanted: SupplierPart, limit: ApprovalLimit, take: Take, shelf: Location
    ) -> None:
        ApprovalLimit.objects.update(automatic_up_to=30_000)
        motor = Part.objects.get(number="MT-2207")

        issue(line(motor, shelf, 2), line(screws_wanted.part, shelf, 1))

        assert the_order().state == "approved"


class TestQuantityThatAPersonSet:
    """Less than is needed: once it is ordered, the rest is proposed."""

    def test_is_completed_after_a_sweep(self, take: Take, buyer: User) -> None:
        take(5)
        small(buyer)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=2_000)

        sweep()

        self.check_rest()

    def test_is_completed_after_a_look(
        self, take: Take, motors: SupplierPart, screws: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        take(5)
        small(buyer)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=2_500)
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)

        reorder([motors.part_id, screws.part_id], at=timezone.now())

        self.check_rest()

    def check_rest(self) -> None:
        first, second = PurchaseOrder.objects.order_by("pk")
        assert (first.state, second.state) == ("approved", "draft")
        rest = ReorderProposal.objects.get(state=ProposalState.OPEN)
        assert rest.line
        assert rest.line.order == second
        assert (rest.on_order, rest.line.quantity) == (Decimal(2), Decimal(21))


def small(by: User) -> None:
    """Two instead of twenty-three."""
    proposal = ReorderProposal.objects.get()
    decisions.change(proposal.pk, packs=Decimal(2), by=by, at=timezone.now())


def test_a_draft_without_lines_is_not_approved(
    limit: ApprovalLimit, take: Take, motors: SupplierPart, shelf: Location
) -> None:
    ApprovalLimit.objects.update(automatic_up_to=0)
    take(2)
    stocked(motors.part, shelf, 50)
    ApprovalLimit.objects.update(automatic_up_to=20_000)

    assert sweep()[1] == 0

    assert (now(the_order()).state, the_order().lines.count()) == ("draft", 0)
