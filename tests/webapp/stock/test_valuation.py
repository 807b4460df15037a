"""What stock is worth, for one part and for all at once, by the same rule."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Part
from stock.models import Location
from stock.valuation import Valuation, Value, unit_cost, value_stock
from tests.webapp.factories import PartFactory, SupplierPartFactory, line, receive, stocked

pytestmark = pytest.mark.django_db


def cost(part: Part) -> tuple[Decimal, str, bool] | None:
    part.refresh_from_db()
    found = unit_cost(part, with_list_price=True)
    return (found.amount, found.currency, found.is_list_price) if found else None


class TestUnitCost:
    def test_is_what_was_paid_last(self, shelf: Location) -> None:
        part = PartFactory.create()
        SupplierPartFactory.create(part=part, unit_price=9, currency="EUR", preferred=True)
        receive(line(part, shelf, 1, unit_cost=Decimal("2.5"), currency="USD"))
        receive(
            line(part, shelf, 1, unit_cost=Decimal(7), currency="JPY"),
            at=timezone.now() - timedelta(days=1),
        )

        assert cost(part) == (Decimal("2.5"), "USD", False)

    def test_is_the_preferred_suppliers_price_of_one_unit_until_something_is_bought(self) -> None:
        part = PartFactory.create(unit="m")
        SupplierPartFactory.create(part=part, unit_price=1, currency="JPY")
        SupplierPartFactory.create(
            part=part, unit_price=Decimal("30.48"), currency="USD", preferred=True,
            pack_quantity=100, pack_unit="ft",
        )  # fmt: skip

        assert cost(part) == (Decimal(1), "USD", True)

    def test_is_unknown_without_a_price(self) -> None:
        part = PartFactory.create()
        SupplierPartFactory.create(part=part, preferred=True)

        assert cost(part) is None

    def test_is_unknown_where_the_pack_cannot_be_converted(self) -> None:
        part = PartFactory.create(unit="kg")
        SupplierPartFactory.create(
            part=part, unit_price=1, currency="JPY", preferred=True, pack_unit="m"
        )

        assert cost(part) is None

    def test_keeps_the_suppliers_price_from_those_who_may_not_see_it(self) -> None:
        part = PartFactory.create()
        SupplierPartFactory.create(part=part, unit_price=1, currency="JPY", preferred=True)

        assert unit_cost(part, with_list_price=False) is None


class TestValueStock:
    def test_sums_by_currency_and_counts_what_has_no_price(self, shelf: Location) -> None:
        stocked(PartFactory.create(), shelf, 3, unit_cost=Decimal("1.5"), currency="USD")
        stocked(PartFactory.create(), shelf, 2, unit_cost=Decimal(100), currency="JPY")
        listed = stocked(PartFactory.create(unit="m"), shelf, "0.5")
        SupplierPartFactory.create(
            part=listed, unit_price=Decimal("30.48"), currency="JPY", preferred=True,
            pack_quantity=100, pack_unit="ft",
        )  # fmt: skip
        stocked(PartFactory.create(), shelf, 9)
        misfit = stocked(PartFactory.create(unit="kg"), shelf, 1)
        SupplierPartFactory.create(
            part=misfit, unit_price=1, currency="JPY", preferred=True, pack_unit="m"
        )
        SupplierPartFactory.create(unit_price=1, currency="EUR", preferred=True)  # none in stock

        assert value_stock() == Valuation(
            values=[
                Value(currency="JPY", amount=Decimal("200.5"), parts=2),
                Value(currency="USD", amount=Decimal("4.5"), parts=1),
            ],
            unpriced=2,
        )

    def test_agrees_with_the_rule_for_one_part_in_every_unit(self, shelf: Location) -> None:
        for pack_unit, unit in [("ft", "m"), ("gal", "l"), ("lb", "g"), ("m3", "ml"),
                                ("set", "set"), ("pcs", "pcs")]:  # fmt: skip
            part = stocked(PartFactory.create(unit=unit), shelf, 7)
            SupplierPartFactory.create(
                part=part, unit_price=Decimal("12.34"), currency="JPY", preferred=True,
                pack_quantity=Decimal("2.5"), pack_unit=pack_unit,
            )  # fmt: skip

        costs = [cost(part) for part in Part.objects.all()]

        by_part = sum(found[0] * 7 for found in costs if found)
        [value] = value_stock().values
        assert value.parts == 6
        assert value.amount == pytest.approx(by_part, abs=Decimal("1e-9"))

    def test_is_one_query(
        self, shelf: Location, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        stocked(PartFactory.create(), shelf, 1)

        with django_assert_num_queries(1):
            value_stock()

    def test_is_nothing_without_stock(self) -> None:
        assert value_stock() == Valuation(values=[], unpriced=0)
