"""The demo: two catalogues through the import, and a history that looks alive."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access.models import User
from catalog.models import Category, Part
from demo.loading import load_demo
from stock.models import StockMovement, Stocktake
from stock.verification import verify_ledger

NOW = datetime(2026, 3, 4, 18, 30, tzinfo=timezone.get_default_timezone())

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loaded")]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for the tests of this file, which only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        for username in ("storekeeper", "administrator"):
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
