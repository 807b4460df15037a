"""Approving orders: by whom, of what, and in which words it is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing import life
from purchasing.errors import (
    OrderChangedError,
    OrderRefusedError,
    SecondPersonError,
    WrongStateError,
)
from purchasing.models import (
    ApprovalLimit,
    Origin,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder import decisions
from stock.models import Location
from tests.webapp.factories import (
    approve,
    draft,
    now,
    stocked,
    wanted,
)
from tests.webapp.purchasing.deciding import OrderIn, decide


class TestRequestApproval:
    def test_puts_the_draft_among_those_that_wait(self, motors: SupplierPart, buyer: User) -> None:
        order, other = (draft(wanted(motors), by=buyer) for _order in range(2))
        at = timezone.now()

        order = decide(life.request_approval, order, by=buyer, at=at)

        assert order.approval_requested_at == at
        assert list(PurchaseOrder.objects.waiting_for_approval()) == [order]
        event = order.events.latest("pk")
        assert (event.kind, event.actor) == ("requested", buyer)
        assert now(other).approval_requested_at is None

    def test_is_refused_twice(self, motors: SupplierPart, buyer: User) -> None:
        order = decide(life.request_approval, draft(wanted(motors), by=buyer), by=buyer)

        with pytest.raises(WrongStateError) as caught:
            decide(life.request_approval, order, by=buyer)

        assert str(caught.value) == (
            f"{order.number} waits for approval already, or is no draft any more."
        )

    def test_is_needless_for_automatic_drafts(
        self, automatic_draft: PurchaseOrder, buyer: User
    ) -> None:
        assert list(PurchaseOrder.objects.waiting_for_approval()) == [automatic_draft]

        with pytest.raises(WrongStateError, match="waits for approval already"):
            decide(life.request_approval, automatic_draft, by=buyer)

    def test_is_refused_without_lines(self, motors: SupplierPart, buyer: User) -> None:
        order = PurchaseOrder.objects.create(number="PO-1", supplier=motors.supplier)

        with pytest.raises(OrderRefusedError, match="An order without lines cannot be approved"):
            decide(life.request_approval, order, by=buyer)


class TestApprove:
    def test_says_who_and_when(self, motors: SupplierPart, buyer: User) -> None:
        at = timezone.now() - timedelta(minutes=3)

        order = approve(draft(wanted(motors), by=buyer), by=buyer, at=at)

        assert (order.state, order.approved_by, order.approved_at) == ("approved", buyer, at)
        assert order.version == 2

    def test_accepts_the_proposals_on_the_order(
        self, automatic_draft: PurchaseOrder, buyer: User
    ) -> None:
        approve(automatic_draft, by=buyer)

        proposal = ReorderProposal.objects.get()
        assert (proposal.state, proposal.decided_by) == (ProposalState.ACCEPTED, buyer)
        assert now(automatic_draft).collecting is False
        assert Part.objects.get().on_order == 7

    def test_proposes_what_a_person_took_from_a_proposal(
        self, automatic_draft: PurchaseOrder, buyer: User
    ) -> None:
        proposal = ReorderProposal.objects.get()
        decisions.change(proposal.pk, packs=Decimal(1), by=buyer, at=timezone.now())

        approve(automatic_draft, by=buyer)

        assert ReorderProposal.objects.get(state="open").packs == 6

    def test_is_refused_without_lines(self, motors: SupplierPart, buyer: User) -> None:
        order = PurchaseOrder.objects.create(number="PO-1", supplier=motors.supplier)

        with pytest.raises(OrderRefusedError, match="An order without lines cannot be approved"):
            approve(order, by=buyer)

    def test_is_refused_of_what_was_not_seen(
        self, motors: SupplierPart, buyer: User, administrator: User
    ) -> None:
        order = draft(wanted(motors), by=buyer)
        decide(life.request_approval, order, by=buyer, at=datetime(2026, 11, 2, 3, 4, tzinfo=UTC))

        with pytest.raises(OrderChangedError) as caught:
            decide(life.approve, order, by=administrator, version=order.version)

        assert str(caught.value) == (
            f"{order.number} was changed after you opened this page. Last: Approval asked for, "
            "購買 担当, 2026-11-02 12:04. Nothing was recorded. Open the order and look "
            "at it again."
        )


class TestSecondPerson:
    @pytest.fixture
    def order(self, motors: SupplierPart, buyer: User) -> PurchaseOrder:
        """For 10,000 yen."""
        return draft(wanted(motors, 10), by=buyer)

    def test_is_not_needed_where_no_limit_is_set(self, order: PurchaseOrder, buyer: User) -> None:
        assert approve(order, by=buyer).state == "approved"

    def test_is_not_needed_up_to_the_limit(self, order: PurchaseOrder, buyer: User) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=10_000)

        assert approve(order, by=buyer).state == "approved"

    def test_is_needed_above_the_limit(
        self, order: PurchaseOrder, buyer: User, administrator: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=9_999)

        with pytest.raises(SecondPersonError) as caught:
            approve(order, by=buyer)

        assert str(caught.value) == (
            "¥10,000 is above what one person may order alone. Somebody who neither made nor "
            f"changed {order.number} must approve it."
        )
        assert now(order).state == "draft"
        assert approve(order, by=administrator).approved_by == administrator

    def test_is_not_the_last_one_who_changed_it(
        self, order: PurchaseOrder, buyer: User, administrator: User, storekeeper: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=9_999)
        PurchaseOrder.objects.update(edited_by=administrator)

        for person in (buyer, administrator):
            with pytest.raises(SecondPersonError):
                approve(order, by=person)
        assert approve(order, by=storekeeper).state == "approved"

    def test_is_needed_where_a_price_is_missing(self, motors: SupplierPart, buyer: User) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=1_000_000)
        order = draft(wanted(motors.part), supplier=motors.supplier, by=buyer)

        with pytest.raises(SecondPersonError) as caught:
            approve(order, by=buyer)

        assert str(caught.value) == (
            f"Lines of {order.number} have no price, so its amount cannot be held against the "
            "limits. Somebody who neither made nor changed it must approve it."
        )

    def test_is_needed_in_a_currency_without_a_limit(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=1_000_000)
        order = draft(wanted(motors, 1, 1, "EUR"), by=buyer)

        with pytest.raises(SecondPersonError, match=r"^€1\.00 is above what one person may order"):
            approve(order, by=buyer)

    def test_of_an_automatic_order_is_anybody_who_did_not_change_it(
        self, automatic_draft: PurchaseOrder, buyer: User, administrator: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=1)
        decisions.change(
            ReorderProposal.objects.get().pk, packs=Decimal(8), by=buyer, at=timezone.now()
        )

        with pytest.raises(SecondPersonError):
            approve(automatic_draft, by=buyer)
        assert approve(automatic_draft, by=administrator).state == "approved"


class TestSendBack:
    def test_makes_it_a_draft_to_be_approved_anew(
        self, order_in: OrderIn, buyer: User, administrator: User
    ) -> None:
        order = order_in("approved")

        order = decide(life.send_back, order, by=administrator, reason="two too many")

        assert (order.state, order.approved_by, order.approved_at) == ("draft", None, None)
        assert order.change_reason == "two too many"
        assert approve(order, by=buyer).state == "approved"

    def test_asks_for_approval_once_more(self, motors: SupplierPart, buyer: User) -> None:
        order = decide(life.request_approval, draft(wanted(motors), by=buyer), by=buyer)
        order = approve(order, by=buyer)

        order = decide(life.send_back, order, by=buyer, reason="no")

        assert order.approval_requested_at is None

    def test_leaves_an_automatic_order_to_people(
        self, automatic_draft: PurchaseOrder, motors: SupplierPart, buyer: User
    ) -> None:
        """It collects no more: the next need goes on a draft of its own."""
        order = decide(life.send_back, approve(automatic_draft, by=buyer), by=buyer, reason="no")

        Part.objects.update(reorder_point=12, target_quantity=20)
        stocked(motors.part, Location.objects.get(), 1)

        assert (order.origin, order.collecting) == (Origin.AUTOMATIC, False)
        rest = ReorderProposal.objects.select_related("line").get(state="open")
        assert rest.line
        assert rest.line.order_id != order.pk
        assert (rest.drafted, rest.packs) == (Decimal(7), Decimal(9))

    def test_has_a_reason(self, order_in: OrderIn, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            decide(life.send_back, order_in("approved"), by=buyer, reason=" ")
