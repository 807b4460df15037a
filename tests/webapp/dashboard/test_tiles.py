"""The numbers of the tiles."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.models import User
from core.keys import COUNTED_ROWS, said
from dashboard import figures, tiles
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    draft,
    line,
    move,
    ordered,
    receive,
    stocked,
    transfer,
    wanted,
)

pytestmark = pytest.mark.django_db


def test_counts_active_parts_by_status(shelf: Location) -> None:
    PartFactory.create_batch(2)
    stocked(PartFactory.create(reorder_point=5), shelf, 5)
    stocked(PartFactory.create(reorder_point=5), shelf, 6)
    PartFactory.create(active=False)

    assert tiles.counts(["out", "low"]) == {"out": 2, "low": 1}
    assert figures.active_parts() == 4


def test_counts_movements_since_midnight_as_the_chart_does(
    shelf: Location, bench: Location
) -> None:
    part = PartFactory.create()
    midnight = figures.start_of(timezone.localdate())
    receive(line(part, shelf, 10), at=midnight - timedelta(seconds=1))
    receive(line(part, shelf, 10), at=midnight)
    transfer(move(part, shelf, bench, 4))

    assert tiles.counts(["today"]) == {"today": 2}


def test_the_day_begins_where_the_user_is(shelf: Location) -> None:
    """The statement is kept from one question to the next, and the day is in it."""
    zones = [ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")]
    midnights = []
    for zone in zones:
        with timezone.override(zone):
            midnights.append(figures.start_of(timezone.localdate()))
    between = min(midnights) + timedelta(minutes=1)
    receive(line(PartFactory.create(), shelf, 10), at=between)

    found = []
    for zone, midnight in zip(zones, midnights, strict=True):
        with timezone.override(zone):
            found.append((tiles.counts(["today"])["today"], int(between >= midnight)))

    assert [count for count, _expected in found] == [expected for _count, expected in found]
    assert sorted(count for count, _expected in found) == [0, 1]


def test_counts_orders_as_their_lists_do(buyer: User) -> None:
    offer = SupplierPartFactory.create()
    yesterday = timezone.localdate() - timedelta(days=1)
    ordered(wanted(offer, 1), by=buyer, expected_on=yesterday)
    draft(wanted(offer, 1), by=buyer)

    assert tiles.counts(["late", "waiting", "proposals"]) == {
        "late": PurchaseOrder.objects.late().count(),
        "waiting": PurchaseOrder.objects.waiting_for_approval().count(),
        "proposals": ReorderProposal.objects.filter(state=ProposalState.OPEN).count(),
    }
    assert tiles.counts(["late"])["late"] == 1


def test_asks_once_whatever_is_asked_and_not_at_all_for_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        assert set(tiles.counts(["out", "low", "today", "late", "waiting", "proposals"])) == {
            "out", "low", "today", "late", "waiting", "proposals",
        }  # fmt: skip
    with django_assert_num_queries(0):
        assert tiles.counts([]) == {}


def test_of_many_it_is_said_that_they_are_many() -> None:
    assert said(COUNTED_ROWS) == str(COUNTED_ROWS)
    assert said(COUNTED_ROWS + 1) == f"{COUNTED_ROWS}+"
