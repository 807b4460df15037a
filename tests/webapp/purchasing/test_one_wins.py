"""Two people at the same moment: one wins, the other is told what happened and who did it."""

import uuid
from collections.abc import Iterator
from functools import partial

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from core.errors import BusinessError
from purchasing import drafting, life
from purchasing.errors import (
    OrderChangedError,
    ProposalDecidedError,
)
from purchasing.models import (
    GoodsReceipt,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.receiving import receive as receive_order
from purchasing.reorder import decisions
from purchasing.reorder.sweep import sweep
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    arrival,
    arrived,
    draft,
    level,
    now,
    ordered,
    stocked,
    take_back,
    wanted,
)
from tests.webapp.purchasing.checks import check_totals
from tests.webapp.threads import Outcome, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _everything_adds_up_afterwards(db: None) -> Iterator[None]:
    yield
    check_totals()


@pytest.fixture
def shelf(transactional_db: None) -> Location:
    return LocationFactory.create(name_en="Shelf")


def sold(shelf: Location, quantity: int, *, point: int, **terms: object) -> SupplierPart:
    """A part with so many on the shelf, and who sells it at which terms."""
    part = stocked(PartFactory.create(reorder_point=point), shelf, quantity)
    return SupplierPartFactory.create(part=part, **terms)


@pytest.mark.parametrize("run", range(3))
class TestOneOfTwo:
    """One wins; the other gets a message that says what happened and who did it."""

    def lost(self, outcome: Outcome[object]) -> str:
        outcome.only_raised(OrderChangedError)
        assert len(outcome.results) == 1
        [error] = outcome.errors
        return str(error)

    def approve_as_seen(self, order: PurchaseOrder, by: User) -> object:
        return life.approve(order.pk, version=order.version, by=by, at=timezone.now())

    def receive_as_seen(self, order: PurchaseOrder, shelf: Location, by: User) -> object:
        return receive_order(
            order.pk,
            version=order.version,
            arrivals=[arrival(order.lines.get(), 10, shelf)],
            delivery_note="",
            reason="",
            by=by,
            at=timezone.now(),
            key=uuid.uuid4(),
        )

    def edit_as_seen(self, order: PurchaseOrder, offer: SupplierPart, by: User) -> object:
        return drafting.edit_draft(
            order.pk,
            version=order.version,
            supplier=order.supplier,
            lines=[wanted(offer, 3, line=order.lines.get().pk)],
            destination=None,
            expected_on=None,
            notes="",
            by=by,
            at=timezone.now(),
        )

    def test_approves(self, run: int, buyer: User, administrator: User) -> None:
        order = draft(wanted(SupplierPartFactory.create(), 10), by=buyer)

        outcome = at_once(
            [
                partial(self.approve_as_seen, order, buyer),
                partial(self.approve_as_seen, order, administrator),
            ]
        )

        message = self.lost(outcome)
        winner = now(order).approved_by
        assert winner in (buyer, administrator)
        assert message.startswith(
            f"{order.number} was changed after you opened this page. Last: Approved, "
            f"{winner.display_name}, "
        )
        assert order.events.filter(kind="state").count() == 1

    def test_receives(
        self, run: int, shelf: Location, storekeeper: User, administrator: User
    ) -> None:
        order = ordered(wanted(SupplierPartFactory.create(), 10), by=administrator)

        outcome = at_once(
            [
                partial(self.receive_as_seen, order, shelf, storekeeper),
                partial(self.receive_as_seen, order, shelf, administrator),
            ]
        )

        message = self.lost(outcome)
        [receipt] = GoodsReceipt.objects.all()
        assert receipt.actor
        assert f"Last: Goods received, {receipt.actor.display_name}, " in message
        assert level(order.lines.get().part, shelf) == 10

    def test_receives_or_cancels(
        self, run: int, shelf: Location, storekeeper: User, buyer: User
    ) -> None:
        order = ordered(wanted(SupplierPartFactory.create(), 10), by=buyer)

        def cancel() -> object:
            return life.cancel(
                order.pk, version=order.version, reason="no money", by=buyer, at=timezone.now()
            )

        message = self.lost(
            at_once([partial(self.receive_as_seen, order, shelf, storekeeper), cancel])
        )

        done = now(order).state
        assert done in {"received", "cancelled"}
        what = "Cancelled, 購買 担当" if done == "cancelled" else "Goods received, 倉庫 担当"
        assert f"Last: {what}, " in message
        assert level(order.lines.get().part, shelf) == (10 if done == "received" else 0)

    def test_receives_or_closes_short(
        self, run: int, shelf: Location, storekeeper: User, buyer: User
    ) -> None:
        order = ordered(wanted(SupplierPartFactory.create(), 14), by=buyer)
        row = order.lines.get()
        arrived(row, 4, shelf)
        order = now(order)

        def close() -> object:
            return life.close_short(
                order.pk,
                version=order.version,
                lines=[row.pk],
                reason="sold out",
                by=buyer,
                at=timezone.now(),
            )

        message = self.lost(
            at_once([partial(self.receive_as_seen, order, shelf, storekeeper), close])
        )

        done = now(order).state
        assert done in {"received", "closed"}
        what = "Closed short, 購買 担当" if done == "closed" else "Goods received, 倉庫 担当"
        assert f"Last: {what}, " in message
        assert level(row.part, shelf) == (14 if done == "received" else 4)

    def test_edits_or_approves(self, run: int, buyer: User, administrator: User) -> None:
        offer = SupplierPartFactory.create()
        order = draft(wanted(offer, 10), by=buyer)

        message = self.lost(
            at_once(
                [
                    partial(self.edit_as_seen, order, offer, buyer),
                    partial(self.approve_as_seen, order, administrator),
                ]
            )
        )

        quantity = order.lines.get().quantity
        approved = now(order).state == "approved"
        assert quantity == (10 if approved else 3)
        what = "Approved, 管理 担当" if approved else "Changed, 購買 担当"
        assert f"Last: {what}, " in message

    def test_takes_a_receipt_back(self, run: int, shelf: Location, buyer: User) -> None:
        order = ordered(wanted(SupplierPartFactory.create(), 10), by=buyer)
        receipt = arrived(order.lines.get(), 10, shelf)

        outcome = at_once([lambda: take_back(receipt)] * 2)

        outcome.only_raised(BusinessError)
        [error] = outcome.errors
        assert str(error) == (
            f"{receipt.number} was reversed before, by {outcome.results[0].number}. "
            "Nothing was recorded."
        )
        assert level(order.lines.get().part, shelf) == 0

    def test_decides_about_a_proposal(
        self, run: int, shelf: Location, buyer: User, administrator: User
    ) -> None:
        sold(shelf, 3, point=5)
        sweep()
        proposal = ReorderProposal.objects.get()

        def accept() -> object:
            return decisions.accept([proposal.pk], by=buyer, at=timezone.now())

        def dismiss() -> object:
            return decisions.dismiss(
                [proposal.pk],
                until=timezone.localdate(),
                reason="enough",
                by=administrator,
                at=timezone.now(),
            )

        outcome = at_once([accept, dismiss])

        outcome.only_raised(ProposalDecidedError)
        proposal.refresh_from_db()
        assert proposal.decided_by
        [error] = outcome.errors
        assert f"already ({proposal.decided_by.display_name})" in str(error)
