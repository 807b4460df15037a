"""Orders of other systems: written as they stood there, by steps that the database allows."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from exchange import services
from exchange.services import PlanOutdatedError
from purchasing import taking_over
from purchasing.errors import OrderChangedError, WrongStateError
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState
from purchasing.taking_over import LinesEntry, OrderEntry, Standing
from purchasing.terms import terms_of
from stock.services import receive
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    approve,
    draft,
    line,
    now,
    wanted,
)
from tests.webapp.threads import at_once

CREATED = date(2022, 4, 1)
FINISHED = Standing(
    state=OrderState.RECEIVED, ordered_on=date(2022, 4, 2), finished_on=date(2022, 5, 3)
)


@pytest.fixture
def offer(db: None) -> SupplierPart:
    return SupplierPartFactory.create(pack_quantity=10)


def taken_over(offer: SupplierPart, standing: Standing, number: str = "OLD-1") -> PurchaseOrder:
    order = PurchaseOrder(
        number=number,
        supplier=offer.supplier,
        created_at=taking_over.beginning_of(CREATED),
    )
    taking_over.take_over_orders(
        created=[OrderEntry(order=order, standing=standing)],
        changed=[],
        by=None,
        at=timezone.now(),
    )
    return PurchaseOrder.objects.get(pk=order.pk)


def with_lines(
    order: PurchaseOrder, offer: SupplierPart, standing: Standing, *received: int
) -> PurchaseOrder:
    taking_over.take_over_lines(
        entries=[
            LinesEntry(
                order=order,
                standing=standing,
                created=[
                    OrderLine(
                        order=order,
                        position=position,
                        part=offer.part,
                        supplier_part=offer,
                        quantity=Decimal(5),
                        taken_over=Decimal(packs),
                        **terms_of(offer),
                    )
                    for position, packs in enumerate(received, start=1)
                ],
            )
        ],
        by=None,
        at=timezone.now(),
    )
    return now(order)


class TestStanding:
    @pytest.mark.parametrize(
        ("state", "received", "result"),
        [
            ("draft", (0,), "draft"),
            ("approved", (0,), "approved"),
            ("cancelled", (0,), "cancelled"),
            ("ordered", (0, 0), "ordered"),
            ("ordered", (5, 0), "partial"),
            ("partial", (0, 1), "partial"),
            ("ordered", (5, 5), "received"),
            ("received", (5, 5), "received"),
            ("received", (5, 4), "closed"),
            ("closed", (0, 0), "closed"),
            ("closed", (5, 5), "received"),
        ],
    )
    def test_says_what_the_database_makes_of_the_lines(
        self, offer: SupplierPart, state: str, received: tuple[int, ...], result: str
    ) -> None:
        standing = Standing(state=OrderState(state))

        order = with_lines(taken_over(offer, standing), offer, standing, *received)

        assert order.state == result
        assert standing.result(order.lines.all()) == result

    def test_is_told_by_the_first_event_and_read_back(self, offer: SupplierPart) -> None:
        order = taken_over(offer, FINISHED)

        assert taking_over.told_standings([order]) == {order.pk: FINISHED}
        assert order.state == OrderState.DRAFT
        assert taking_over.standing(order, {order.pk: FINISHED}) == FINISHED


class TestTakingOver:
    def test_approves_and_places_by_nobody(self, offer: SupplierPart) -> None:
        order = with_lines(taken_over(offer, FINISHED), offer, FINISHED, 5)

        assert (order.origin, order.created_by, order.approved_by) == (Origin.IMPORTED, None, None)
        days = [
            timezone.localdate(moment) if moment else None
            for moment in (order.approved_at, order.ordered_at, order.finished_at)
        ]
        assert days == [date(2022, 4, 2), date(2022, 4, 2), date(2022, 5, 3)]

    def test_dates_what_happened_by_its_days(self, offer: SupplierPart) -> None:
        standing = Standing(state=OrderState.CLOSED, ordered_on=date(2022, 4, 2))

        order = with_lines(taken_over(offer, standing), offer, standing, 4)

        told = [
            (event.to_state, timezone.localdate(event.occurred_at))
            for event in order.events.order_by("pk")
        ]
        assert told == [
            ("", date(2022, 4, 1)),
            ("approved", date(2022, 4, 2)),
            ("ordered", date(2022, 4, 2)),
            ("partial", date(2022, 4, 2)),
            ("closed", date(2022, 4, 2)),
        ]

    def test_puts_what_is_outstanding_on_order(self, offer: SupplierPart) -> None:
        standing = Standing(state=OrderState.ORDERED)

        with_lines(taken_over(offer, standing), offer, standing, 2, 5, 0)

        assert Part.objects.get(pk=offer.part_id).on_order == 80

    def test_leaves_nothing_when_a_later_step_fails(
        self, offer: SupplierPart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: object) -> None:
            raise RuntimeError("power cut")

        order = taken_over(offer, FINISHED)
        monkeypatch.setattr("purchasing.taking_over._come_to_their_standing", broken)

        with pytest.raises(RuntimeError):
            with_lines(order, offer, FINISHED, 5)

        assert not order.lines.exists()

    def test_refuses_an_order_that_is_no_draft_any_more(self, offer: SupplierPart) -> None:
        order = with_lines(taken_over(offer, FINISHED), offer, FINISHED, 5)

        with pytest.raises(WrongStateError, match="is Received: an import changes drafts only"):
            with_lines(order, offer, FINISHED, 5)

    def test_refuses_an_order_that_changed_meanwhile(
        self, buyer: User, offer: SupplierPart
    ) -> None:
        order = draft(wanted(offer, 1), by=buyer)
        stale = now(order)
        approve(order, by=buyer)

        with pytest.raises(OrderChangedError, match="Approved"):
            taking_over.take_over_orders(
                created=[],
                changed=[OrderEntry(order=stale, standing=Standing())],
                by=buyer,
                at=timezone.now(),
            )


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    LINES = b"reference,sku,quantity,received\nOLD-1,S,5,5\n"

    def test_two_people_import_the_lines_once(self, administrator: User) -> None:
        offer = SupplierPartFactory.create(sku="S")
        taken_over(offer, FINISHED)
        runs = [
            services.preview(
                table="purchase_order_lines",
                file_name="a.csv",
                content=self.LINES,
                by=administrator,
            )
            for _person in range(2)
        ]

        outcome = at_once(
            [
                lambda run=run: services.apply(run=run, by=administrator, at=timezone.now())  # type: ignore[misc]
                for run in runs
            ]
        ).only_raised(PlanOutdatedError)

        assert len(outcome.results) == 1
        assert OrderLine.objects.count() == 1
        assert PurchaseOrder.objects.get(number="OLD-1").state == OrderState.RECEIVED

    def test_an_import_and_a_delivery_of_the_same_part_both_succeed(
        self, administrator: User
    ) -> None:
        """Parts are locked before suppliers and orders, by the import too."""
        offer = SupplierPartFactory.create(
            sku="S", part=PartFactory.create(reorder_point=50, target_quantity=90)
        )
        other = SupplierPartFactory.create(
            sku="T", supplier=offer.supplier, part=PartFactory.create(reorder_point=50)
        )
        shelf = LocationFactory.create()
        taken_over(offer, Standing(state=OrderState.ORDERED))
        run = services.preview(
            table="purchase_order_lines",
            file_name="a.csv",
            content=b"reference,sku,quantity\nOLD-1,T,5\nOLD-1,S,5\n",
            by=administrator,
        )

        def deliver() -> object:
            return receive(
                lines=[line(other.part, shelf, 1), line(offer.part, shelf, 1)],
                reason="",
                by=administrator,
                at=timezone.now() - timedelta(seconds=1),
                key=uuid.uuid4(),
            )

        at_once(
            [
                lambda: services.apply(run=run, by=administrator, at=timezone.now()),
                *[deliver] * 4,
            ]
        ).only_raised()

        assert PurchaseOrder.objects.get(number="OLD-1").state == OrderState.ORDERED
        assert Part.objects.get(pk=offer.part_id).on_hand == 4
