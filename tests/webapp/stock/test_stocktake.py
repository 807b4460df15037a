"""Counting: what differs is booked, what is outdated or impossible is refused."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part
from stock import services
from stock.entries import Count, Posting
from stock.errors import (
    CountOutdatedError,
    KeyReusedError,
    LotNeededError,
    NotAcceptedError,
    SerialTakenError,
)
from stock.models import Location, Lot, StockMovement, Stocktake, StocktakeLine
from tests.webapp.factories import PartFactory, issue, level, line, receive, stocked

type TakeStock = Callable[..., Posting]


def count(part: Part, expected: str | int, counted: str | int, lot: Lot | None = None) -> Count:
    return Count(part=part, expected=Decimal(expected), counted=Decimal(counted), lot=lot)


@pytest.fixture
def take_stock(shelf: Location) -> TakeStock:
    """Post counts of the shelf."""

    def post(*counts: Count, key: uuid.UUID | None = None, location: Location = shelf) -> Posting:
        return services.post_stocktake(
            location=location,
            counts=counts,
            reason="yearly",
            by=None,
            at=timezone.now(),
            key=key or uuid.uuid4(),
        )

    return post


class TestPostStocktake:
    def test_books_what_differs(self, motor: Part, shelf: Location, take_stock: TakeStock) -> None:
        screw = stocked(PartFactory.create(), shelf, 100)
        found = PartFactory.create()

        posting = take_stock(count(motor, 10, 8), count(screw, 100, 100), count(found, 0, 3))

        assert [(m.kind, int(m.quantity)) for m in posting.movements] == [
            ("stocktake", -2),
            ("stocktake", 3),
        ]
        assert level(motor, shelf) == 8
        assert level(found, shelf) == 3

    def test_keeps_every_line_that_was_counted(self, motor: Part, take_stock: TakeStock) -> None:
        posting = take_stock(count(motor, 10, 10))

        [counted] = StocktakeLine.objects.all()
        assert counted.expected == counted.counted == 10
        assert posting.movements == []

    def test_keeps_who_counted_when_and_why(
        self, motor: Part, shelf: Location, storekeeper: User
    ) -> None:
        yesterday = timezone.now() - timedelta(days=1)

        services.post_stocktake(
            location=shelf,
            counts=[count(motor, 10, 9)],
            reason="yearly",
            by=storekeeper,
            at=yesterday,
            key=uuid.uuid4(),
        )

        stocktake = Stocktake.objects.get()
        [movement] = stocktake.movements.all()
        assert (stocktake.actor, stocktake.reason) == (storekeeper, "yearly")
        assert movement.occurred_at == stocktake.occurred_at == yesterday
        assert stocktake.posted_at > yesterday

    def test_counts_lots_by_themselves(self, shelf: Location, take_stock: TakeStock) -> None:
        battery = PartFactory.create(tracking="lot")
        receive(line(battery, shelf, 3, lot="L1"), line(battery, shelf, 5, lot="L2"))
        first, second = Lot.objects.order_by("code")

        take_stock(count(battery, 3, 4, first), count(battery, 5, 5, second))

        assert level(battery, shelf, "L1") == 4
        assert level(battery, shelf, "L2") == 5


class TestOutdatedCount:
    def test_is_refused_with_what_the_books_say_now(
        self, motor: Part, shelf: Location, take_stock: TakeStock
    ) -> None:
        screw = stocked(PartFactory.create(), shelf, 100)
        issue(line(motor, shelf, 1))

        with pytest.raises(CountOutdatedError) as caught:
            take_stock(count(motor, 10, 8), count(screw, 100, 90))

        assert "1 line differs" in str(caught.value)
        assert caught.value.current == {(motor.pk, None): 9}
        assert not Stocktake.objects.exists()
        assert not StockMovement.objects.filter(kind="stocktake").exists()
        assert level(screw, shelf) == 100


class TestImpossibleCount:
    @pytest.mark.parametrize(
        ("counted", "message"),
        [
            ("-1", "MT-2207: a count cannot be negative."),
            ("9.5", "MT-2207 is counted in whole pcs; 9.5 is not possible."),
            ("NaN", "MT-2207: the quantity is not a number."),
            ("1e12", "MT-2207: 1,000,000,000,000 is too large."),
        ],
    )
    def test_is_refused(
        self, counted: str, message: str, motor: Part, take_stock: TakeStock
    ) -> None:
        with pytest.raises(NotAcceptedError) as caught:
            take_stock(count(motor, 10, counted))

        assert str(caught.value) == message
        assert caught.value.line == 0

    def test_of_nothing_is_refused(self, take_stock: TakeStock) -> None:
        with pytest.raises(NotAcceptedError, match="Nothing was entered"):
            take_stock()

    def test_twice_in_a_list_is_refused(self, motor: Part, take_stock: TakeStock) -> None:
        with pytest.raises(NotAcceptedError, match="MT-2207 is counted twice in this list"):
            take_stock(count(motor, 10, 8), count(motor, 10, 9))

    def test_of_a_tracked_part_without_its_lot_is_refused(
        self, shelf: Location, take_stock: TakeStock
    ) -> None:
        battery = PartFactory.create(number="BT-6S", tracking="lot")

        with pytest.raises(LotNeededError, match=r"BT-6S is tracked\. Count each lot"):
            take_stock(count(battery, 0, 3))

    def test_of_two_items_with_one_serial_number_is_refused(
        self, motor: Part, take_stock: TakeStock
    ) -> None:
        item = Lot.objects.create(part=motor, serial="S1")

        with pytest.raises(NotAcceptedError, match="serial number S1 stands for one item, not 2"):
            take_stock(count(motor, 0, 2, item))

    def test_of_an_item_that_the_books_have_elsewhere_is_refused(
        self, motor: Part, bench: Location, take_stock: TakeStock
    ) -> None:
        receive(line(motor, bench, 1, serial="S1"))

        with pytest.raises(SerialTakenError, match="S1 is in stock already, at Bench"):
            take_stock(count(motor, 0, 1, Lot.objects.get()))

    def test_of_the_future_is_refused(self, motor: Part, shelf: Location) -> None:
        with pytest.raises(NotAcceptedError, match="lies in the future"):
            services.post_stocktake(
                location=shelf,
                counts=[count(motor, 10, 10)],
                reason="",
                by=None,
                at=timezone.now() + timedelta(hours=1),
                key=uuid.uuid4(),
            )

        assert not Stocktake.objects.exists()

    def test_may_keep_a_half_that_the_books_have(
        self, shelf: Location, take_stock: TakeStock
    ) -> None:
        wire = stocked(PartFactory.create(unit="m"), shelf, "2.5")

        take_stock(count(wire, "2.5", "2.5"))


class TestRepeatedKey:
    def test_returns_what_was_counted_and_books_once(
        self, motor: Part, shelf: Location, take_stock: TakeStock
    ) -> None:
        key = uuid.uuid4()
        first = take_stock(count(motor, 10, 8), key=key)

        second = take_stock(count(motor, 10, 8), key=key)

        assert second.repeated
        assert [m.pk for m in second.movements] == [m.pk for m in first.movements]
        assert level(motor, shelf) == 8

    def test_is_recognized_when_nothing_differed(self, motor: Part, take_stock: TakeStock) -> None:
        key = uuid.uuid4()
        take_stock(count(motor, 10, 10), key=key)

        assert take_stock(count(motor, 10, 10), key=key).repeated

    def test_with_another_count_is_refused(
        self, motor: Part, bench: Location, take_stock: TakeStock
    ) -> None:
        key = uuid.uuid4()
        take_stock(count(motor, 10, 8), key=key)

        with pytest.raises(KeyReusedError):
            take_stock(count(motor, 10, 7), key=key)
        with pytest.raises(KeyReusedError):
            take_stock(count(motor, 10, 8), count(PartFactory.create(), 0, 1), key=key)
        with pytest.raises(KeyReusedError):
            take_stock(count(motor, 10, 8), key=key, location=bench)

    def test_of_a_receipt_is_refused(
        self, motor: Part, shelf: Location, take_stock: TakeStock
    ) -> None:
        key = uuid.uuid4()
        receive(line(motor, shelf, 1), key=key)

        with pytest.raises(KeyReusedError):
            take_stock(count(motor, 11, 12), key=key)
