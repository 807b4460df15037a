"""The stock of each day, read backwards from the ledger."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Part
from stock.history import DAYS, History, stock_by_day
from stock.models import Location, StockMovement
from stock.models.ledger import Kind
from tests.webapp import database
from tests.webapp.factories import PartFactory, issue, line, move, receive, transfer

pytestmark = pytest.mark.django_db


def ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def on(history: History | None, days_ago: int) -> Decimal:
    """What was on hand at the end of that day."""
    assert history
    return history.balances[history.days.index(timezone.localdate() - timedelta(days=days_ago))]


@pytest.fixture
def part() -> Part:
    return PartFactory.create(unit="m")


class TestStockByDay:
    def test_steps_on_the_days_something_happened(self, part: Part, shelf: Location) -> None:
        receive(line(part, shelf, 10), at=ago(5))
        issue(line(part, shelf, 3), at=ago(2))

        history = stock_by_day(part.pk)

        assert history
        assert len(history.days) == DAYS + 1
        assert history.days[-1] == timezone.localdate()
        assert [on(history, day) for day in (90, 6, 5, 3, 2, 0)] == [0, 0, 10, 10, 7, 7]
        assert history.changed == {
            timezone.localdate() - timedelta(days=5), timezone.localdate() - timedelta(days=2)
        }  # fmt: skip

    def test_places_what_was_recorded_late_on_the_day_it_happened(
        self, part: Part, shelf: Location
    ) -> None:
        receive(line(part, shelf, 10), at=ago(1))
        receive(line(part, shelf, Decimal("0.5")), at=ago(40))
        issue(line(part, shelf, 4), at=ago(20))

        history = stock_by_day(part.pk)

        assert [on(history, day) for day in (41, 40, 20, 1, 0)] == [
            Decimal(value) for value in ("0", "0.5", "-3.5", "6.5", "6.5")
        ]

    def test_begins_with_what_older_movements_left(self, part: Part, shelf: Location) -> None:
        receive(line(part, shelf, 10), at=ago(400))
        receive(line(part, shelf, 1), at=ago(DAYS))

        history = stock_by_day(part.pk)

        assert history
        assert set(history.balances) == {Decimal(11)}

    def test_is_flat_when_only_old_movements_exist(self, part: Part, shelf: Location) -> None:
        receive(line(part, shelf, 10), at=ago(400))

        history = stock_by_day(part.pk)

        assert history
        assert set(history.balances) == {Decimal(10)}
        assert history.changed == set()

    def test_does_not_step_for_a_transfer(
        self, part: Part, shelf: Location, bench: Location
    ) -> None:
        receive(line(part, shelf, 10), at=ago(5))
        transfer(move(part, shelf, bench, 4), at=ago(3))

        assert on(stock_by_day(part.pk), 3) == on(stock_by_day(part.pk), 0) == 10

    def test_takes_the_day_from_the_users_time_zone(self, part: Part, shelf: Location) -> None:
        with timezone.override("Asia/Tokyo"):
            noon = timezone.localtime().replace(hour=12) - timedelta(days=3)
            receive(line(part, shelf, 1), at=noon.replace(hour=0, minute=0, second=1))

            assert [on(stock_by_day(part.pk), day) for day in (4, 3)] == [0, 1]

    def test_is_none_for_a_part_that_never_moved(self, part: Part) -> None:
        assert stock_by_day(part.pk) is None

    def test_is_one_query(
        self, part: Part, shelf: Location, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        receive(line(part, shelf, 10))

        with django_assert_num_queries(1):
            stock_by_day(part.pk)


class TestALongHistory:
    """Only the latest movements are read, and only days they cover completely are shown."""

    @pytest.fixture(autouse=True)
    def _movements(self, part: Part, shelf: Location) -> None:
        """Ten came in each time, recorded when they came; only the owner can write the past."""
        with database.as_owner():
            StockMovement.objects.bulk_create(
                StockMovement(
                    kind=Kind.RECEIPT, part=part, location=shelf, quantity=Decimal(10),
                    occurred_at=ago(day), posted_at=ago(day),
                    idempotency_key=uuid.uuid4(), line=1,
                )
                for day in (20, 10, 5, 1)
            )  # fmt: skip

    def test_starts_after_the_first_recording_that_was_read(self, part: Part) -> None:
        history = stock_by_day(part.pk, most=2)

        assert history
        assert history.days[0] == timezone.localdate() - timedelta(days=4)
        assert history.balances == [Decimal(value) for value in (30, 30, 30, 40, 40)]

    def test_is_the_same_where_both_are_shown(self, part: Part) -> None:
        whole, partial = stock_by_day(part.pk), stock_by_day(part.pk, most=3)

        assert whole
        assert partial
        assert whole.balances[-len(partial.days) :] == partial.balances
        assert len(partial.days) == 10

    def test_shows_today_even_if_all_was_read_of_today(self, part: Part, shelf: Location) -> None:
        for _time in range(3):
            receive(line(part, shelf, 1))

        history = stock_by_day(part.pk, most=2)

        assert history
        assert history.days == [timezone.localdate()]
        assert history.balances == [Decimal(43)]
