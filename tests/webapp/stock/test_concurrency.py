"""The promises that only hold if the database is asked by many at once."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import cycle

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from catalog.models import Part
from stock import services
from stock.entries import Count, Posting
from stock.errors import (
    AlreadyCorrectedError,
    CountOutdatedError,
    KeyReusedError,
    NotAcceptedError,
    NotEnoughStockError,
    SerialTakenError,
)
from stock.models import Location, Lot, StockMovement, Stocktake
from stock.verification import verify_ledger
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    level,
    line,
    move,
    receive,
    stocked,
    transfer,
)
from tests.webapp.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _ledger_adds_up_afterwards(db: None) -> object:
    yield
    assert verify_ledger(by=None).differences == []


@pytest.fixture
def shelf(transactional_db: None) -> Location:
    return LocationFactory.create(name_en="Shelf")


@pytest.fixture
def bench(transactional_db: None) -> Location:
    return LocationFactory.create(name_en="Bench")


class TestIssues:
    def test_of_100_people_from_60_succeed_60_times(self, shelf: Location) -> None:
        part = stocked(PartFactory.create(), shelf, 60)

        outcome = at_once([lambda: issue(line(part, shelf, 1))] * 100)

        outcome.only_raised(NotEnoughStockError)
        assert len(outcome.results) == 60
        assert len(outcome.errors) == 40
        assert level(part, shelf) == 0
        part.refresh_from_db()
        assert part.on_hand == 0
        assert part.movements.filter(kind="issue").count() == 60

    def test_of_the_last_item_succeed_once(self, shelf: Location) -> None:
        part = PartFactory.create(tracking="serial")
        receive(line(part, shelf, 1, serial="S1"))

        outcome = at_once([lambda: issue(line(part, shelf, 1, serial="S1"))] * 10)

        outcome.only_raised(NotEnoughStockError)
        assert len(outcome.results) == 1


class TestTransfers:
    def test_in_opposite_directions_finish_and_lose_nothing(
        self, shelf: Location, bench: Location
    ) -> None:
        motor = PartFactory.create()
        screw = PartFactory.create()
        for part in (motor, screw):
            receive(line(part, shelf, 100), line(part, bench, 100))
        there = partial(transfer, move(motor, shelf, bench, 1), move(screw, shelf, bench, 1))
        back = partial(transfer, move(screw, bench, shelf, 1), move(motor, bench, shelf, 1))

        outcome = at_once([there, back] * 15)

        outcome.only_raised()
        for part in (motor, screw):
            assert level(part, shelf) == level(part, bench) == 100
            part.refresh_from_db()
            assert part.on_hand == 200


class TestReceipts:
    def test_repeated_with_one_key_are_booked_once(self, shelf: Location) -> None:
        part = PartFactory.create()
        key = uuid.uuid4()

        outcome = at_once([lambda: receive(line(part, shelf, 5), key=key)] * 20)

        outcome.only_raised()
        assert sum(not posting.repeated for posting in outcome.results) == 1
        assert len({posting.movements[0].pk for posting in outcome.results}) == 1
        assert level(part, shelf) == 5

    def test_of_different_parts_with_one_key_are_booked_once_and_refused_in_words(
        self, shelf: Location
    ) -> None:
        parts = PartFactory.create_batch(6)
        key = uuid.uuid4()

        outcome = at_once([partial(receive, line(part, shelf, 5), key=key) for part in parts])

        outcome.only_raised(KeyReusedError)
        assert len(outcome.results) == 1
        assert sum(level(part, shelf) for part in parts) == 5

    def test_of_many_parts_in_any_order_finish(self, shelf: Location) -> None:
        parts = PartFactory.create_batch(8)
        orders = [parts, parts[::-1], parts[4:] + parts[:4], parts[::2] + parts[1::2]]
        calls = [
            partial(receive, *(line(part, shelf, 1) for part in order))
            for order, _number in zip(cycle(orders), range(32), strict=False)
        ]

        at_once(calls).only_raised()

        assert [level(part, shelf) for part in parts] == [Decimal(32)] * 8

    def test_past_the_services_finish_in_any_order_too(self, shelf: Location) -> None:
        """The trigger locks in order by itself: a bulk load must not deadlock with a page."""
        parts = PartFactory.create_batch(8)

        def load(order: list[Part]) -> None:
            StockMovement.objects.bulk_create(
                StockMovement(
                    kind="receipt",
                    part=part,
                    location=shelf,
                    quantity=Decimal(1),
                    occurred_at=timezone.now(),
                    idempotency_key=uuid.uuid4(),
                    line=1,
                )
                for part in order
            )

        at_once([partial(load, parts), partial(load, parts[::-1])] * 10).only_raised()

        assert [level(part, shelf) for part in parts] == [Decimal(20)] * 8

    def test_of_a_new_lot_make_it_once(self, shelf: Location) -> None:
        part = PartFactory.create(tracking="lot")

        at_once([lambda: receive(line(part, shelf, 1, lot="L1"))] * 10).only_raised()

        assert Lot.objects.count() == 1
        assert level(part, shelf, "L1") == 10

    def test_of_one_item_are_booked_once(self, shelf: Location, bench: Location) -> None:
        part = PartFactory.create(tracking="serial")
        places = [shelf, bench] * 5

        outcome = at_once([partial(receive, line(part, at, 1, serial="S1")) for at in places])

        outcome.only_raised(SerialTakenError)
        assert len(outcome.results) == 1


class TestStocktake:
    def test_during_issues_is_posted_or_refused_as_outdated(self, shelf: Location) -> None:
        part = stocked(PartFactory.create(), shelf, 30)
        counted = Count(part=part, expected=Decimal(30), counted=Decimal(29))

        def take_stock() -> Posting:
            return services.post_stocktake(
                location=shelf,
                counts=[counted],
                reason="",
                by=None,
                at=timezone.now(),
                key=uuid.uuid4(),
            )

        calls: list[Callable[[], Posting]] = [lambda: issue(line(part, shelf, 1))] * 30
        outcome = at_once([*calls[:5], take_stock, *calls[5:], take_stock])

        outcome.only_raised(CountOutdatedError, NotEnoughStockError)
        posted = Stocktake.objects.count()
        assert posted in {0, 1}
        issued = part.movements.filter(kind="issue").count()
        assert level(part, shelf) == 30 - posted - issued
        assert issued == 30 - posted


class TestCorrections:
    def test_of_one_movement_happen_once(self, shelf: Location) -> None:
        part = PartFactory.create()
        [mistake] = receive(line(part, shelf, 5)).movements

        outcome = at_once([lambda: correct(mistake)] * 10)

        outcome.only_raised(AlreadyCorrectedError)
        assert len(outcome.results) == 1
        assert level(part, shelf) == 0


class TestUnit:
    @pytest.mark.parametrize("run", range(5))
    def test_changes_before_the_first_receipt_or_not_at_all(
        self, run: int, shelf: Location
    ) -> None:
        part = PartFactory.create(unit="m")

        def change() -> str:
            Part.objects.filter(pk=part.pk).update(unit="ft")
            return "changed"

        def first() -> str:
            receive(line(part, shelf, 1))
            return "received"

        outcome = at_once([change, first])

        outcome.only_raised(IntegrityError, NotAcceptedError)
        part.refresh_from_db()
        assert [*outcome.results] in (["changed"], ["received"])
        assert part.unit == ("ft" if outcome.results == ["changed"] else "m")
        assert part.movements.count() == outcome.results.count("received")


def test_connections_of_threads_are_the_applications_too(transactional_db: None) -> None:
    def role() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            return str(cursor.fetchone()[0])

    assert at_once([role, role]).results == [role()] * 2
