"""The figures of the dashboard are those of the ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import StockStatus
from dashboard import figures
from stock.models import LedgerVerification, Location
from stock.models.ledger import Kind
from stock.verification import verify_ledger
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    line,
    move,
    receive,
    stocked,
    transfer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create()


@pytest.fixture
def bench() -> Location:
    return LocationFactory.create()


class TestCountParts:
    def test_counts_active_parts_by_status(self, shelf: Location) -> None:
        PartFactory.create_batch(2)
        stocked(PartFactory.create(reorder_point=5), shelf, 5)
        stocked(PartFactory.create(reorder_point=5), shelf, 6)
        PartFactory.create(active=False)

        counts = figures.count_parts()

        assert (counts.out, counts.low, counts.total) == (2, 1, 4)

    def test_is_all_zero_without_parts(self) -> None:
        counts = figures.count_parts()

        assert (counts.out, counts.low, counts.total) == (0, 0, 0)


class TestNeededParts:
    def test_begins_with_what_is_scarcest_against_its_reorder_point(self, shelf: Location) -> None:
        stocked(PartFactory.create(number="HALF", reorder_point=10), shelf, 5)
        stocked(PartFactory.create(number="TENTH", reorder_point=100), shelf, 10)
        stocked(PartFactory.create(number="ENOUGH", reorder_point=10), shelf, 11)
        PartFactory.create(number="UNWANTED")
        PartFactory.create(number="GONE", reorder_point=1)
        PartFactory.create(number="RETIRED", reorder_point=1, active=False)

        needed = figures.needed_parts()

        assert [part.number for part in needed] == ["GONE", "TENTH", "HALF", "UNWANTED"]
        assert needed[1].status == StockStatus.LOW

    def test_names_ten_at_most(self) -> None:
        PartFactory.create_batch(12)

        assert len(figures.needed_parts()) == 10

    def test_asks_once_where_enough_is_out(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        PartFactory.create_batch(12, reorder_point=1)

        with django_assert_num_queries(1):
            assert len(figures.needed_parts()) == 10


class TestLatestMovements:
    def test_begins_with_what_was_recorded_last(
        self, shelf: Location, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        part = PartFactory.create()
        for number in range(1, 13):
            receive(line(part, shelf, number), at=timezone.now() - timedelta(days=number))

        with django_assert_num_queries(1):
            shown = [
                (m.quantity, m.part.name, str(m.location), m.actor, m.part.get_unit_display())
                for m in figures.latest_movements()
            ]

        assert [quantity for quantity, *_rest in shown] == list(range(12, 2, -1))


class TestMovementsByDay:
    def test_has_thirty_days_up_to_today_with_and_without_movements(self, shelf: Location) -> None:
        part = PartFactory.create()
        receive(line(part, shelf, 10), at=timezone.now() - timedelta(days=29))
        receive(line(part, shelf, 10))
        receive(line(part, shelf, 10))
        issue(line(part, shelf, 3))

        days = figures.movements_by_day()

        assert len(days.days) == 30
        assert days.days[-1] == timezone.localdate()
        assert days.counts[Kind.RECEIPT] == [1, *[0] * 28, 2]
        assert days.counts[Kind.ISSUE] == [*[0] * 29, 1]
        assert not days.is_empty

    def test_leaves_out_what_happened_before(self, shelf: Location) -> None:
        receive(
            line(PartFactory.create(), shelf, 1),
            at=figures.start_of(timezone.localdate() - timedelta(days=29)) - timedelta(seconds=1),
        )

        assert figures.movements_by_day().is_empty

    @pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
    def test_takes_the_day_from_the_users_time_zone(self, shelf: Location, zone: str) -> None:
        part = PartFactory.create()

        with timezone.override(zone):
            midnight = figures.start_of(timezone.localdate() - timedelta(days=1))
            receive(line(part, shelf, 1), at=midnight - timedelta(seconds=1))
            receive(line(part, shelf, 1), at=midnight)
            receive(line(part, shelf, 1), at=midnight + timedelta(hours=23, minutes=59))
            days = figures.movements_by_day()

        assert days.counts[Kind.RECEIPT][-3:] == [1, 2, 0]

    def test_counts_a_transfer_and_its_correction_once(
        self, shelf: Location, bench: Location
    ) -> None:
        part = stocked(PartFactory.create(), shelf, 10)
        posting = transfer(move(part, shelf, bench, 4))
        correct(*posting.movements)

        days = figures.movements_by_day()

        assert {kind: count for kind, count in days.totals.items() if count} == {
            Kind.RECEIPT: 1,
            Kind.TRANSFER: 1,
            Kind.CORRECTION: 1,
        }

    def test_counts_the_correction_of_an_issue(self, shelf: Location) -> None:
        part = stocked(PartFactory.create(), shelf, 10)
        correct(*issue(line(part, shelf, 4)).movements)

        assert figures.movements_by_day().totals[Kind.CORRECTION] == 1

    def test_is_one_query(
        self, shelf: Location, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        receive(line(PartFactory.create(), shelf, 1))

        with django_assert_num_queries(1) as captured:
            figures.movements_by_day()

        assert " JOIN " not in captured.captured_queries[0]["sql"]  # it would read all the ledger


class TestMovementsToday:
    def test_counts_since_midnight_as_the_chart_does(
        self, shelf: Location, bench: Location
    ) -> None:
        part = PartFactory.create()
        midnight = figures.start_of(timezone.localdate())
        receive(line(part, shelf, 10), at=midnight - timedelta(seconds=1))
        receive(line(part, shelf, 10), at=midnight)
        transfer(move(part, shelf, bench, 4))

        assert figures.movements_today() == 2


class TestLedgerState:
    def test_says_that_nothing_was_ever_verified(self) -> None:
        state = figures.ledger_state()

        assert state.last is None
        assert not state.is_old

    def test_has_the_last_verification(self) -> None:
        verify_ledger(by=None)
        last = verify_ledger(by=None)

        assert figures.ledger_state().last == last

    def test_knows_when_a_proof_is_too_old(self, settings: Settings) -> None:
        settings.LEDGER_VERIFICATION_MAX_AGE_HOURS = 3
        finished = timezone.now() - timedelta(hours=3, minutes=1)
        LedgerVerification.objects.create(
            started_at=finished, finished_at=finished, movements=0, levels=0
        )

        state = figures.ledger_state()

        assert state.is_old
        assert state.hours_allowed == 3


def test_division_by_the_reorder_point_keeps_decimals(shelf: Location) -> None:
    """0.4 of 0.5 is scarcer than 0.45 of 0.5: no rounding to whole numbers."""
    stocked(PartFactory.create(number="A", reorder_point=Decimal("0.5"), unit="m"), shelf, "0.45")
    stocked(PartFactory.create(number="B", reorder_point=Decimal("0.5"), unit="m"), shelf, "0.4")

    assert [part.number for part in figures.needed_parts()] == ["B", "A"]
