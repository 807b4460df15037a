"""What orders cost, and what the limits say to it: in Python and in the database the same."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import SupplierPart
from purchasing.amounts import (
    Amounts,
    amounts_of,
    amounts_of_orders,
    may_approve_itself,
    needs_second_person,
)
from purchasing.models import ApprovalLimit, OrderLine, PurchaseOrder
from tests.webapp.factories import SupplierFactory, draft, wanted

type Row = tuple[Decimal, Decimal | None, str]
type Limit = tuple[Decimal | None, Decimal | None]


class TestAmounts:
    def test_are_summed_by_currency(self, motors: SupplierPart, buyer: User) -> None:
        order = draft(
            wanted(motors, 3, 1000),
            wanted(motors, "2", "0.5"),
            wanted(motors, 4, "1.25", "USD"),
            wanted(motors, 1, 0),
            by=buyer,
        )
        expected = Amounts({"JPY": Decimal(3001), "USD": Decimal(5)})

        assert amounts_of(order.lines.all()) == expected
        assert amounts_of_orders([order.pk]) == {order.pk: expected}

    def test_count_lines_without_a_price(self, screws: SupplierPart, buyer: User) -> None:
        unpriced = wanted(screws.part, 1)
        order = draft(wanted(screws, 2), unpriced, unpriced, by=buyer)
        expected = Amounts({"JPY": Decimal(1000)}, unpriced=2)

        assert amounts_of(order.lines.all()) == expected
        assert amounts_of_orders([order.pk]) == {order.pk: expected}

    def test_of_many_orders_are_one_query(
        self, motors: SupplierPart, buyer: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        orders = [draft(wanted(motors, count), by=buyer) for count in (1, 2, 3)]

        with django_assert_num_queries(1):
            found = amounts_of_orders([order.pk for order in orders])

        assert [found[order.pk].totals["JPY"] for order in orders] == [1000, 2000, 3000]

    def test_leave_out_orders_without_lines(self, db: None) -> None:
        order = PurchaseOrder.objects.create(number="PO-1", supplier=SupplierFactory.create())

        assert amounts_of_orders([order.pk]) == {}

    def test_are_shown_in_each_currency(self) -> None:
        amounts = Amounts({"USD": Decimal("12.5"), "JPY": Decimal(123456)})

        assert str(amounts) == "¥123,456 + $12.50"
        assert str(Amounts()) == ""


class TestSecondPerson:
    @pytest.fixture
    def order(self, motors: SupplierPart, buyer: User) -> PurchaseOrder:
        """For 10,000 yen."""
        return draft(wanted(motors, 10), by=buyer)

    @pytest.mark.parametrize(
        ("limits", "needed"),
        [
            ({}, False),  # no limit at all
            ({"JPY": None}, False),
            ({"JPY": None, "USD": None}, False),
            ({"JPY": 10_000}, False),
            ({"JPY": 9_999}, True),
            ({"JPY": 0}, True),
            ({"USD": 1_000_000}, True),  # yen cannot be judged
            ({"JPY": None, "USD": 1}, False),  # yen were let go expressly
            ({"JPY": 9_999, "USD": None}, True),
        ],
    )
    def test_is_needed_above_the_limit_or_where_it_says_nothing(
        self, limits: dict[str, int | None], needed: bool, order: PurchaseOrder
    ) -> None:
        for code, amount in limits.items():
            ApprovalLimit.objects.create(currency=code, second_person_above=amount)

        assert needs_second_person(order.lines.all()) is needed

    def test_is_needed_for_a_line_without_a_price_where_there_is_a_limit(
        self, screws: SupplierPart, buyer: User
    ) -> None:
        order = draft(wanted(screws.part, 1), by=buyer)
        assert not needs_second_person(order.lines.all())

        ApprovalLimit.objects.create(currency="JPY", second_person_above=1_000_000)

        assert needs_second_person(order.lines.all())

    def test_is_needed_when_one_of_several_currencies_is_too_much(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=1_000_000)
        ApprovalLimit.objects.create(currency="USD", second_person_above=10)

        order = draft(wanted(motors, 1), wanted(motors, 1, "10.01", "USD"), by=buyer)

        assert needs_second_person(order.lines.all())

    def test_is_not_needed_because_of_a_limit_for_automatic_orders(
        self, order: PurchaseOrder
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=1)

        assert not needs_second_person(order.lines.all())


millionths = st.decimals("0.000001", "3", places=6)
rows = st.tuples(
    millionths | st.integers(1, 3).map(Decimal),
    st.none() | st.decimals(0, "3", places=6) | st.integers(0, 3).map(Decimal),
    st.sampled_from(["JPY", "USD"]),
)
near_the_total = st.none() | st.sampled_from(["-0.000001", "0", "0.000001", "1"]).map(Decimal)
limits_of_a_currency = st.tuples(near_the_total, near_the_total)


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    lines=st.lists(rows, min_size=1, max_size=4),
    limits=st.dictionaries(st.sampled_from(["JPY", "USD", "EUR"]), limits_of_a_currency),
)
@example(  # 0.5000005 twice: the column of each line rounds it up
    lines=[(Decimal("0.5"), Decimal("1.000001"), "JPY")] * 2,
    limits={"JPY": (Decimal("-0.000001"), Decimal("-0.000001"))},
)
@example(  # one line has no price, and the other is cheap
    lines=[(Decimal(1), None, "JPY"), (Decimal(1), Decimal(1), "JPY")],
    limits={"JPY": (Decimal(1), Decimal(1))},
)
@example(  # 0.1000004 twice: the column of each line rounds it down
    lines=[(Decimal("0.1"), Decimal("1.000004"), "JPY")] * 2,
    limits={"JPY": (Decimal(0), Decimal(0))},
)
def test_limits_judge_any_order_in_python_as_in_the_database(
    lines: list[Row], limits: dict[str, Limit], motors: SupplierPart
) -> None:
    """If they differed, an order would be let through by the page and refused by the database."""
    with transaction.atomic():
        order = order_of(motors, lines)
        for code, (above, automatic) in limits.items():
            set_limit(order, code, above, automatic)
        loaded = list(order.lines.all())

        assert needs_second_person(loaded) is asked("purchasing_needs_second_person", order)
        assert may_approve_itself(loaded) is asked("purchasing_may_approve_itself", order)
        assert amounts_of(loaded) == amounts_of_orders([order.pk])[order.pk]
        transaction.set_rollback(True)


def set_limit(
    order: PurchaseOrder, code: str, above: Decimal | None, automatic: Decimal | None
) -> None:
    """At what the order costs in this currency, and a little more or less."""
    amounts = order.lines.filter(currency=code).values_list("amount", flat=True)
    total = sum((amount or Decimal(0) for amount in amounts), start=Decimal(0))
    second = None if above is None else max(total + above, Decimal(0))
    itself = None if automatic is None else max(total + automatic, Decimal(0))
    if second is not None and itself is not None:
        itself = min(itself, second)
    ApprovalLimit.objects.create(currency=code, second_person_above=second, automatic_up_to=itself)


def order_of(offer: SupplierPart, lines: list[Row]) -> PurchaseOrder:
    order = PurchaseOrder.objects.create(number="PO-1", supplier=offer.supplier)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            part=offer.part,
            quantity=quantity,
            unit_price=price,
            currency=code,  # also where a price is missing: the amount cannot be judged
        )
        for position, (quantity, price, code) in enumerate(lines, start=1)
    )
    return order


def asked(function: str, order: PurchaseOrder) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [order.pk])
        return bool(cursor.fetchone()[0])
