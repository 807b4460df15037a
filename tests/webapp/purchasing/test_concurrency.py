"""What only holds if many ask at the same moment. A deadlock fails each of these tests."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from core.errors import BusinessError
from purchasing import life
from purchasing.errors import (
    OrderChangedError,
    OrderRefusedError,
    WrongStateError,
)
from purchasing.models import (
    ApprovalLimit,
    GoodsReceipt,
    OrderLine,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.receiving import receive as receive_order
from purchasing.reorder import decisions
from purchasing.reorder.sweep import sweep
from stock.models import Location
from tests.webapp.database import refused_by
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    arrival,
    arrived,
    draft,
    issue,
    level,
    line,
    move,
    now,
    ordered,
    receive,
    stocked,
    take_back,
    transfer,
    wanted,
)
from tests.webapp.purchasing.checks import check_totals
from tests.webapp.threads import TIMEOUT, at_once, wait_until_somebody_waits

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


class TestReorderPoint:
    def test_crossed_by_a_hundred_issues_and_two_sweeps_is_one_proposal(
        self, shelf: Location
    ) -> None:
        """From 150 to 50, past 100, up to 333 again: 283 in boxes of 7, 50 boxes at least."""
        boxes = sold(shelf, 150, point=100, pack_quantity=7, minimum_order_quantity=50)
        Part.objects.update(target_quantity=333)
        calls: list[Callable[[], object]] = [lambda: issue(line(boxes.part, shelf, 1))] * 100

        at_once([*calls[:50], sweep, *calls[50:], sweep]).only_raised()

        [proposal] = ReorderProposal.objects.all()
        assert (proposal.state, proposal.on_hand) == (ProposalState.OPEN, Decimal(50))
        assert (proposal.wanted, proposal.packs) == (Decimal(283), Decimal(50))
        [order] = PurchaseOrder.objects.all()
        assert (order.state, order.lines.get().quantity) == ("draft", Decimal(50))

    def test_crossed_by_a_hundred_issues_rounds_up_to_packs(self, shelf: Location) -> None:
        boxes = sold(shelf, 150, point=100, pack_quantity=7, minimum_order_quantity=2)
        Part.objects.update(target_quantity=333)
        calls: list[Callable[[], object]] = [lambda: issue(line(boxes.part, shelf, 1))] * 100

        at_once([sweep, *calls, sweep]).only_raised()

        assert OrderLine.objects.get().quantity == 41  # 287 for 283

    def test_crossed_again_and_again_is_ordered_once_by_itself(self, shelf: Location) -> None:
        boxes = sold(shelf, 30, point=20, unit_price=1, currency="JPY")
        Part.objects.update(target_quantity=60)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=1000)
        calls: list[Callable[[], object]] = [lambda: issue(line(boxes.part, shelf, 1))] * 25

        at_once([*calls, sweep]).only_raised()

        [order] = PurchaseOrder.objects.all()
        assert (order.state, order.lines.get().quantity) == ("approved", Decimal(40))

    def test_of_many_parts_of_several_suppliers_while_their_drafts_are_approved(
        self, shelf: Location, buyer: User, administrator: User
    ) -> None:
        suppliers = SupplierFactory.create_batch(3)
        offers = [
            sold(
                shelf,
                10 if number < 3 else 12,
                point=10,
                supplier=suppliers[number % 3],
                preferred=True,
            )
            for number in range(12)
        ]
        for number, offer in enumerate(offers):
            SupplierPartFactory.create(part=offer.part, supplier=suppliers[(number + 1) % 3])
        sweep()
        assert PurchaseOrder.objects.count() == 3

        def fall(first: int) -> object:
            """Several parts by one issue, in any order."""
            chosen = [offers[(first + step * 5) % 12] for step in range(4)]
            return issue(*(line(offer.part, shelf, 1) for offer in chosen))

        def approve_all(by: User) -> None:
            for _round in range(5):
                for order in PurchaseOrder.objects.filter(state="draft").order_by("?"):
                    with suppress(OrderChangedError, OrderRefusedError, WrongStateError):
                        approve(order, by=by)

        calls: list[Callable[[], object]] = [partial(fall, number) for number in range(24)]
        calls += [partial(approve_all, by) for by in (buyer, administrator, buyer)]
        at_once([*calls, sweep]).only_raised()

        assert PurchaseOrder.objects.filter(state="approved").exists()
        sweep()
        for offer in offers:
            self.check_ordered_once(offer)

    def check_ordered_once(self, offer: SupplierPart) -> None:
        """By the system nothing is ordered while enough is coming."""
        part = Part.objects.get(pk=offer.part_id)
        lines = OrderLine.objects.filter(part=part)
        coming = sum(lines.values_list("outstanding", flat=True))
        assert part.on_hand <= part.reorder_point
        assert part.on_hand + coming > part.reorder_point
        for row in lines.order_by("-pk")[:1]:
            assert part.on_hand + coming - row.outstanding <= part.reorder_point

    def test_is_looked_at_with_what_happened_while_a_receipt_waited(self, shelf: Location) -> None:
        """The receipt asked for the part before the proposal was committed, and got it after."""
        part = sold(shelf, 12, point=10).part
        begun = threading.Event()

        @transaction.atomic
        def fall_short() -> None:
            issue(line(part, shelf, 5))
            begun.set()
            wait_until_somebody_waits()

        def fill_up() -> None:
            assert begun.wait(TIMEOUT)
            receive(line(part, shelf, 50))

        at_once([fall_short, fill_up]).only_raised()

        assert [p.state for p in ReorderProposal.objects.all()] == [ProposalState.WITHDRAWN]

    def test_of_one_supplier_by_many_parts_makes_one_draft(self, shelf: Location) -> None:
        supplier = SupplierFactory.create()
        offers = [sold(shelf, 2, point=1, supplier=supplier) for _number in range(12)]

        at_once([partial(issue, line(offer.part, shelf, 1)) for offer in offers]).only_raised()

        [order] = PurchaseOrder.objects.all()
        assert sorted(order.lines.values_list("position", flat=True)) == list(range(1, 13))
        assert order.events.filter(kind="created").count() == 1


class TestWritersOfEveryKind:
    def test_wait_for_each_other_in_one_order(
        self, shelf: Location, buyer: User, administrator: User
    ) -> None:
        """Issues, transfers, receipts, reversals, drafts, decisions and sweeps of the same."""
        bench = LocationFactory.create()
        suppliers = SupplierFactory.create_batch(2)
        offers = [sold(shelf, 40, point=35, supplier=suppliers[number % 2]) for number in range(4)]
        first, second, third, fourth = (offer.part for offer in offers)
        near = ordered(wanted(offers[0], 20), wanted(offers[2], 20), by=buyer)
        far = ordered(wanted(offers[3], 20), wanted(offers[1], 20), by=buyer)
        receipt = arrived(near.lines.get(position=1), 5, shelf)

        def receive_some(order: PurchaseOrder, position: int) -> object:
            return arrived(order.lines.get(position=position), 1, shelf)

        def decide() -> object:
            keys = ReorderProposal.objects.filter(state="open").values_list("pk", flat=True)
            return decisions.accept(list(keys), by=buyer, at=timezone.now())

        def approve_one() -> object:
            order = PurchaseOrder.objects.filter(state="draft").order_by("?").first()
            return order and approve(order, by=administrator)

        def close() -> object:
            return life.close_short(
                far.pk,
                version=now(far).version,
                lines=[far.lines.get(position=2).pk],
                reason="sold out",
                by=buyer,
                at=timezone.now(),
            )

        calls: list[Callable[[], object]] = [
            lambda: issue(line(fourth, shelf, 2), line(first, shelf, 2)),
            lambda: issue(line(second, shelf, 2), line(third, shelf, 2)),
            lambda: transfer(move(third, shelf, bench, 1), move(first, shelf, bench, 1)),
            partial(receive_some, near, 2),
            partial(receive_some, far, 1),
            lambda: draft(wanted(offers[2], 1), wanted(offers[0], 1), by=buyer),
            sweep,
            decide,
            approve_one,
            close,
            lambda: take_back(receipt),
            lambda: receive(line(second, bench, 1), line(first, bench, 1)),
        ]
        outcome = at_once(calls * 3)

        outcome.only_raised(BusinessError)
        assert len(outcome.results) >= len(calls)


class TestKey:
    def test_of_a_draft_makes_it_once(self, buyer: User) -> None:
        offer, key = SupplierPartFactory.create(), uuid.uuid4()

        outcome = at_once([lambda: draft(wanted(offer, 5), by=buyer, key=key)] * 10)

        outcome.only_raised()
        assert len({order.pk for order in outcome.results}) == 1
        assert PurchaseOrder.objects.get().lines.count() == 1

    def test_of_a_receipt_books_it_once(self, shelf: Location, buyer: User) -> None:
        order, key = ordered(wanted(SupplierPartFactory.create(), 10), by=buyer), uuid.uuid4()
        row = order.lines.get()

        def repeat() -> GoodsReceipt:
            return receive_order(
                order.pk,
                version=order.version,
                arrivals=[arrival(row, 4, shelf)],
                delivery_note="",
                reason="",
                by=None,
                at=timezone.now(),
                key=key,
            )

        outcome = at_once([repeat] * 10)

        outcome.only_raised()
        assert len({receipt.pk for receipt in outcome.results}) == 1
        assert level(row.part, shelf) == 4


class TestBySql:
    @pytest.mark.parametrize("run", range(3))
    def test_a_line_does_not_slip_into_an_order_that_is_being_approved(
        self, run: int, buyer: User
    ) -> None:
        """The copy of the state on the lines: a foreign key that waits for the order."""
        offer = SupplierPartFactory.create()
        order = draft(wanted(offer, 10), by=buyer)

        def add() -> object:
            return OrderLine.objects.create(
                order=order, position=2, part=offer.part, supplier_part=offer, quantity=1
            )

        def approve_it() -> object:
            return life.approve(order.pk, version=order.version, by=buyer, at=timezone.now())

        at_once([add, approve_it] * 2).only_raised(BusinessError, IntegrityError)

        order = now(order)
        lines = order.lines.all()
        assert {row.order_state for row in lines} == {order.state}
        offer.part.refresh_from_db()
        if order.state == "approved":
            assert offer.part.on_order == sum(row.outstanding for row in lines)
            with refused_by("purchasing_line_only_in_drafts"), transaction.atomic():
                lines.update(quantity=5)
