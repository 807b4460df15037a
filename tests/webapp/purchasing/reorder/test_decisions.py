"""What people decide about proposals."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing.errors import OrderRefusedError, ProposalDecidedError
from purchasing.models import OrderLine, ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder import decisions
from purchasing.reorder.evaluation import reorder
from stock.models import Location
from tests.webapp.factories import line as stock_line
from tests.webapp.factories import now, receive, stocked

type Take = Callable[[int], None]


@pytest.fixture
def proposal(take: Take) -> ReorderProposal:
    """Twenty motors."""
    take(2)
    return ReorderProposal.objects.get()


@pytest.fixture
def order(proposal: ReorderProposal) -> PurchaseOrder:
    assert proposal.line
    return proposal.line.order


def accept(*proposals: ReorderProposal, by: User) -> None:
    decisions.accept([each.pk for each in proposals], by=by, at=timezone.now())


def change(proposal: ReorderProposal, packs: int | str, by: User) -> None:
    decisions.change(proposal.pk, packs=Decimal(packs), by=by, at=timezone.now())


def dismiss(*proposals: ReorderProposal, by: User, days: int = 7, reason: str = "enough") -> None:
    decisions.dismiss(
        [each.pk for each in proposals],
        until=timezone.localdate() + timedelta(days=days),
        reason=reason,
        by=by,
        at=timezone.now(),
    )


class TestAccept:
    def test_keeps_the_line_on_the_draft(
        self, proposal: ReorderProposal, order: PurchaseOrder, buyer: User
    ) -> None:
        at = timezone.now() - timedelta(minutes=1)

        decisions.accept([proposal.pk], by=buyer, at=at)

        proposal.refresh_from_db()
        assert proposal.state == ProposalState.ACCEPTED
        assert (proposal.decided_by, proposal.decided_at) == (buyer, at)
        assert order.lines.get().proposal == proposal
        assert (now(order).state, now(order).collecting) == ("draft", True)

    def test_takes_many_at_once(
        self, proposal: ReorderProposal, screws: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 1)

        accept(*ReorderProposal.objects.all(), by=buyer)

        assert set(ReorderProposal.objects.values_list("state", flat=True)) == {"accepted"}

    def test_takes_all_or_none(
        self, proposal: ReorderProposal, screws: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 1)
        both = list(ReorderProposal.objects.all())
        dismiss(both[0], by=buyer)

        with pytest.raises(ProposalDecidedError):
            accept(*both, by=buyer)

        both[1].refresh_from_db()
        assert both[1].state == ProposalState.OPEN

    def test_asks_for_at_least_one(self, db: None, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Choose at least one proposal\.$"):
            accept(by=buyer)


class TestDecidedProposal:
    @pytest.mark.parametrize("how", ["accept", "change", "dismiss"])
    def test_is_not_decided_again(
        self, how: str, proposal: ReorderProposal, buyer: User, administrator: User
    ) -> None:
        accept(proposal, by=buyer)
        again = {
            "accept": lambda: accept(proposal, by=administrator),
            "change": lambda: change(proposal, 5, administrator),
            "dismiss": lambda: dismiss(proposal, by=administrator),
        }

        with pytest.raises(ProposalDecidedError) as caught:
            again[how]()

        assert str(caught.value) == (
            "The proposal for MT-2207 is Accepted already (購買 担当). Nothing was changed. "
            "Look at the list again."
        )

    def test_says_when_the_system_withdrew_it(
        self, proposal: ReorderProposal, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        receive(stock_line(motors.part, shelf, 9))

        with pytest.raises(ProposalDecidedError, match=r"is Withdrawn already \(the system\)"):
            accept(proposal, by=buyer)


class TestChange:
    def test_sets_the_quantity_of_the_line_and_keeps_the_arithmetic(
        self, proposal: ReorderProposal, order: PurchaseOrder, buyer: User
    ) -> None:
        change(proposal, 50, buyer)

        proposal.refresh_from_db()
        assert order.lines.get().quantity == 50
        assert proposal.packs == 20
        assert proposal.fixed
        assert proposal.state == ProposalState.OPEN

    def test_is_told_by_the_order(
        self, proposal: ReorderProposal, order: PurchaseOrder, buyer: User
    ) -> None:
        version = now(order).version

        change(proposal, 50, buyer)

        assert (now(order).version, now(order).edited_by) == (version + 1, buyer)
        event = order.events.latest("pk")
        assert (event.kind, event.actor) == ("edited", buyer)
        assert event.details == {"changed": [["MT-2207", "50"]]}

    @pytest.mark.parametrize("packs", [0, -1])
    def test_orders_more_than_nothing(
        self, packs: int, proposal: ReorderProposal, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError, match=r"^MT-2207: order more than 0\.$"):
            change(proposal, packs, buyer)

    def test_orders_no_more_than_can_be_written_down(
        self, proposal: ReorderProposal, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError, match=r"^MT-2207: this quantity is too large\.$"):
            change(proposal, 10**12, buyer)

    def test_orders_whole_pieces(self, proposal: ReorderProposal, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^MT-2207 is counted in whole pcs\.$"):
            change(proposal, "2.5", buyer)

    def test_leaves_everything_as_it_was_when_refused(
        self, proposal: ReorderProposal, order: PurchaseOrder, buyer: User
    ) -> None:
        version = now(order).version

        with pytest.raises(OrderRefusedError):
            change(proposal, "2.5", buyer)

        proposal.refresh_from_db()
        assert (proposal.fixed, now(order).version) == (False, version)


class TestDismiss:
    def test_takes_the_line_from_the_draft_and_keeps_why(
        self, proposal: ReorderProposal, order: PurchaseOrder, buyer: User
    ) -> None:
        dismiss(proposal, by=buyer, days=7, reason="the model ends")

        proposal.refresh_from_db()
        assert proposal.state == ProposalState.DISMISSED
        assert (proposal.decided_by, proposal.reason) == (buyer, "the model ends")
        assert proposal.dismissed_until == timezone.localdate() + timedelta(days=7)
        assert proposal.line is None
        assert order.lines.count() == 0
        event = order.events.latest("pk")
        assert (event.actor, event.details) == (buyer, {"removed": [["MT-2207", "20"]]})

    def test_holds_until_the_day_is_over_and_then_it_is_proposed_again(
        self,
        proposal: ReorderProposal,
        take: Take,
        motors: SupplierPart,
        buyer: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        until = timezone.localdate() + timedelta(days=7)
        dismiss(proposal, by=buyer, days=7)

        take(1)
        assert not ReorderProposal.objects.filter(state="open").exists()

        monkeypatch.setattr(timezone, "localdate", lambda: until)
        take(1)
        assert not ReorderProposal.objects.filter(state="open").exists()

        monkeypatch.setattr(timezone, "localdate", lambda: until + timedelta(days=1))
        reorder([motors.part_id], at=timezone.now())
        again = ReorderProposal.objects.get(state="open")
        assert again != proposal
        assert again.packs == 22

    def test_may_be_for_today(self, proposal: ReorderProposal, buyer: User) -> None:
        dismiss(proposal, by=buyer, days=0)

        assert not OrderLine.objects.exists()

    def test_is_not_for_a_day_that_is_past(self, proposal: ReorderProposal, buyer: User) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            dismiss(proposal, by=buyer, days=-1)

        assert str(caught.value) == "This day is past. Choose today or a later one."

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_has_a_reason(self, reason: str, proposal: ReorderProposal, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            dismiss(proposal, by=buyer, reason=reason)

    def test_leaves_the_lines_numbered_from_1(
        self,
        proposal: ReorderProposal,
        order: PurchaseOrder,
        screws: SupplierPart,
        shelf: Location,
        buyer: User,
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 1)

        dismiss(proposal, by=buyer)

        assert list(order.lines.values_list("position", "part__number")) == [(1, "SC-0310")]
