"""The rows of the dashboard's cards."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import StockStatus, SupplierPart
from dashboard import rows
from purchasing.states import OrderState
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    line,
    ordered,
    receive,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


class TestNeededParts:
    def test_begins_with_what_is_scarcest_against_its_reorder_point(self, shelf: Location) -> None:
        stocked(PartFactory.create(number="HALF", reorder_point=10), shelf, 5)
        stocked(PartFactory.create(number="TENTH", reorder_point=100), shelf, 10)
        stocked(PartFactory.create(number="ENOUGH", reorder_point=10), shelf, 11)
        PartFactory.create(number="UNWANTED")
        PartFactory.create(number="GONE", reorder_point=1)
        PartFactory.create(number="RETIRED", reorder_point=1, active=False)

        needed = rows.needed_parts()

        assert [part.number for part in needed] == ["GONE", "TENTH", "HALF", "UNWANTED"]
        assert needed[1].status == StockStatus.LOW

    def test_names_ten_at_most(self) -> None:
        PartFactory.create_batch(12)

        assert len(rows.needed_parts()) == 10

    def test_asks_once_where_enough_is_out(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        PartFactory.create_batch(12, reorder_point=1)

        with django_assert_num_queries(1):
            assert len(rows.needed_parts()) == 10

    def test_division_by_the_reorder_point_keeps_decimals(self, shelf: Location) -> None:
        """0.4 of 0.5 is scarcer than 0.45 of 0.5: no rounding to whole numbers."""
        stocked(
            PartFactory.create(number="A", reorder_point=Decimal("0.5"), unit="m"), shelf, "0.45"
        )
        stocked(
            PartFactory.create(number="B", reorder_point=Decimal("0.5"), unit="m"), shelf, "0.4"
        )

        assert [part.number for part in rows.needed_parts()] == ["B", "A"]


class TestLatestMovements:
    def test_begins_with_what_was_recorded_last(
        self, shelf: Location, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        part = PartFactory.create()
        for number in range(1, 13):
            receive(line(part, shelf, number), at=timezone.now() - timedelta(days=number))

        with django_assert_num_queries(1):
            shown = [
                (m.quantity, m.part_name, m.location, m.who, m.unit)
                for m in rows.latest_movements()
            ]

        assert [quantity for quantity, *_rest in shown] == list(range(12, 2, -1))

    def test_names_everything_as_the_models_do(self, shelf: Location, storekeeper: User) -> None:
        part = PartFactory.create(name_en="Motor", name_ja="モーター", unit="m2")
        by_person = receive(line(part, shelf, 1), by=storekeeper, reason="Delivered").movements[0]
        by_system = receive(line(part, shelf, 2), by=None).movements[0]

        for language in ("en", "ja"):
            with translation.override(language):
                newest, older = rows.latest_movements()

                assert (newest.pk, newest.who) == (by_system.pk, "")
                assert (older.pk, older.who) == (by_person.pk, storekeeper.display_name)
                assert older.occurred_at == by_person.occurred_at
                assert older.part_name == part.name
                assert older.unit == part.get_unit_display()
                assert older.kind == by_person.get_kind_display()
                assert older.location == shelf.path_shown
                assert older.reason == "Delivered"


class TestNextDeliveries:
    @pytest.fixture
    def offer(self) -> SupplierPart:
        return SupplierPartFactory.create(supplier__name="Tokyo Rotor")

    def test_stop_at_eight(self, buyer: User, offer: SupplierPart) -> None:
        for days in range(10):
            expected_on = timezone.localdate() + timedelta(days=days)
            ordered(wanted(offer, 1), by=buyer, expected_on=expected_on)

        assert len(rows.next_deliveries()) == rows.DELIVERIES

    def test_cost_one_query(
        self, buyer: User, offer: SupplierPart, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        order = ordered(wanted(offer, 1), by=buyer, expected_on=timezone.localdate())

        with django_assert_num_queries(1):
            [found] = rows.next_deliveries()

        assert found == (order.pk, order.number, "Tokyo Rotor", timezone.localdate(), False)

    def test_are_late_when_the_order_is(self, buyer: User, offer: SupplierPart) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        order = ordered(wanted(offer, 1), by=buyer, expected_on=yesterday)

        [found] = rows.next_deliveries()

        assert order.state == OrderState.ORDERED
        assert found.is_late is order.is_late is True
