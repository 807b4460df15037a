"""The figures of the dashboard are those of the ledger."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from dashboard import figures
from stock.models import LedgerVerification, Location
from stock.models.ledger import Kind
from stock.verification import verify_ledger
from tests.webapp.factories import (
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


class TestLedgerState:
    def test_says_that_nothing_was_ever_verified(self) -> None:
        state = figures.ledger_state()

        assert state.last is None
        assert not state.is_old

    def test_has_the_last_verification(self) -> None:
        verify_ledger(by=None)
        last = verify_ledger(by=None)

        found = figures.ledger_state().last

        assert found is not None
        assert (found.pk, found.finished_at) == (last.pk, last.finished_at)

    def test_knows_when_a_proof_is_too_old(self, settings: Settings) -> None:
        settings.LEDGER_VERIFICATION_MAX_AGE_HOURS = 3
        finished = timezone.now() - timedelta(hours=3, minutes=1)
        LedgerVerification.objects.create(
            started_at=finished, finished_at=finished, movements=0, levels=0
        )

        state = figures.ledger_state()

        assert state.is_old
        assert state.hours_allowed == 3
