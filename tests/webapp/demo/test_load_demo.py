"""The demo: two catalogues through the import, and a history that looks alive."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access.models import User
from catalog.models import Category, Part
from demo.loading import load_demo
from purchasing.amounts import amounts_of_orders
from purchasing.models import (
    EventKind,
    GoodsReceipt,
    OrderEvent,
    OrderLine,
    Origin,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder.judging import Judge, WhyNot
from purchasing.reorder.sweep import sweep
from purchasing.states import OrderState
from stock.models import StockMovement, Stocktake
from stock.verification import verify_ledger

NOW = datetime(2026, 3, 4, 18, 30, tzinfo=timezone.get_default_timezone())

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loaded")]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for the tests of this file, which only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        for username in ("storekeeper", "buyer", "administrator"):
            User.objects.create_user(username)
        load_demo(now=NOW, write=lambda _line: None)
        yield
        transaction.set_rollback(True)


def drone_parts() -> QuerySet[Part]:
    return Part.objects.filter(category__path__startswith="Drone parts")


class TestLoadDemo:
    def test_leaves_the_golden_figures_of_the_real_data(self) -> None:
        real = Part.objects.exclude(category__path__startswith="Drone parts")
        total = real.aggregate(total=Sum("on_hand"))["total"]
        assert real.count() == 414
        assert Category.objects.exclude(path__startswith="Drone parts").count() == 27
        assert real.filter(on_hand__gt=0).count() == 385
        assert total == Decimal("436726.3704")

    def test_gives_the_drone_parts_every_status(self) -> None:
        assert 60 <= drone_parts().count() <= 75
        for status in ("out", "low", "enough"):
            assert drone_parts().filter(status=status).exists(), status

    def test_tells_of_every_kind_of_movement_up_to_today(self) -> None:
        told = StockMovement.objects.filter(part__in=drone_parts())
        last = told.order_by("-occurred_at")[0]
        assert set(told.values_list("kind", flat=True).distinct()) == set(StockMovement.Kind.values)
        assert last.occurred_at > NOW - timedelta(days=4)
        assert not told.filter(occurred_at__gt=NOW).exists()
        assert Stocktake.objects.filter(reason="循環棚卸 棚D-1").count() == 1

    def test_never_shows_a_negative_stock_at_any_time(self) -> None:
        """Charts add up by the time it happened, not by the time it was recorded."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT sum(quantity) OVER (PARTITION BY part_id, "
                "location_id, lot_id ORDER BY occurred_at, id) AS level "
                "FROM stock_stockmovement) replayed WHERE level < 0"
            )
            assert cursor.fetchone() == (0,)
        assert verify_ledger(by=None).passed

    def test_is_told_in_the_names_of_the_demo_users(self) -> None:
        told = StockMovement.objects.filter(part__in=drone_parts())

        assert not told.exclude(reason="Opening stock").filter(actor=None).exists()


def told() -> QuerySet[PurchaseOrder]:
    return PurchaseOrder.objects.exclude(origin=Origin.IMPORTED)


class TestPurchasing:
    def test_leaves_the_golden_figures_of_the_real_orders(self) -> None:
        real = PurchaseOrder.objects.filter(origin=Origin.IMPORTED)
        lines = OrderLine.objects.filter(order__in=real)
        assert dict(real.values_list("state").annotate(Count("pk"))) == {
            "draft": 3, "ordered": 1, "partial": 1, "received": 7,
        }  # fmt: skip
        assert lines.count() == 30
        assert lines.filter(taken_over__gte=F("quantity")).count() == 20

    def test_has_orders_in_every_state(self) -> None:
        assert 30 <= told().count() <= 80
        assert set(told().values_list("state", flat=True)) == set(OrderState.values)

    def test_receives_what_was_ordered_and_nothing_else(self) -> None:
        receipts = StockMovement.objects.filter(part__in=drone_parts(), kind="receipt")

        assert receipts.exists()
        assert not receipts.filter(receipt_line=None).exists()

    def test_is_told_in_the_names_of_those_whose_work_it_is(self) -> None:
        created = told().filter(origin=Origin.MANUAL).values_list("created_by__username", flat=True)
        recorded = GoodsReceipt.objects.values_list("actor__username", flat=True)
        approvers = told().values_list("approved_by__username", flat=True)

        assert set(created) == {"buyer"}
        assert set(recorded) == {"storekeeper"}
        assert {"buyer", "administrator"} <= set(approvers)

    def test_has_somebody_else_approve_what_is_above_a_limit(self) -> None:
        approved = list(told().exclude(approved_by=None))
        amounts = amounts_of_orders([order.pk for order in approved])
        dear = [order for order in approved if amounts[order.pk].totals.get("JPY", 0) > 500_000]

        assert dear
        assert {order.approved_by.username for order in dear if order.approved_by} == {
            "administrator"
        }
        [waiting] = told().filter(approval_requested_at__isnull=False, state="draft")
        assert amounts_of_orders([waiting.pk])[waiting.pk].totals["JPY"] > 500_000

    @pytest.mark.parametrize(
        "kind", [EventKind.POSTPONED, EventKind.CLOSED, EventKind.REVERSED, EventKind.REQUESTED]
    )
    def test_tells_of_what_goes_wrong(self, kind: EventKind) -> None:
        assert OrderEvent.objects.filter(order__in=told(), kind=kind).exists()

    def test_tells_of_an_order_sent_back(self) -> None:
        [event] = OrderEvent.objects.filter(from_state="approved", to_state="draft")

        assert event.reason
        assert event.actor
        assert event.actor.username == "administrator"

    def test_ends_with_proposals_for_what_is_short(self) -> None:
        states = set(ReorderProposal.objects.values_list("state", flat=True))
        assert states == {"open", "accepted", "dismissed"}
        assert ReorderProposal.objects.filter(state="open").count() >= 4
        orders = told().filter(origin=Origin.AUTOMATIC)
        assert set(orders.values_list("state", flat=True)) == {"draft", "ordered"}

    @pytest.mark.parametrize(
        ("number", "why_not"),
        [
            ("PKG-MAN-SORA6", WhyNot.NO_SUPPLIER),
            ("BLT-M4X20-TI", WhyNot.SEVERAL_SUPPLIERS),
        ],
    )
    def test_leaves_some_needs_to_people(self, number: str, why_not: WhyNot) -> None:
        part = Part.objects.get(number=number)

        assert part.status == "low"
        assert Judge([part]).judge(part).why_not == why_not

    def test_leaves_nothing_that_a_sweep_would_change(self) -> None:
        changes, _approved = sweep(at=NOW)

        assert (changes.proposed, changes.withdrawn) == (0, 0)

    def test_keeps_on_order_what_is_outstanding(self) -> None:
        awaited = OrderLine.objects.filter(
            outstanding__gt=0, order_state__in=["approved", "ordered", "partial"]
        ).order_by()
        assert dict(awaited.values_list("part").annotate(Sum("outstanding"))) == dict(
            Part.objects.filter(on_order__gt=0).values_list("pk", "on_order")
        )

    def test_happens_before_it_is_told(self) -> None:
        assert not OrderEvent.objects.filter(occurred_at__gt=NOW).exists()
        assert not told().filter(created_at__gt=NOW).exists()
