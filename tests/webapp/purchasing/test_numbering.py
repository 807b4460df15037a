"""Numbers of documents: per year, and none is missing."""

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import transaction

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.errors import OrderRefusedError
from purchasing.models import DocumentNumber, GoodsReceipt, PurchaseOrder
from purchasing.numbering import ORDER, RECEIPT, next_number
from stock.models import Location
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    arrived,
    draft,
    issue,
    line,
    ordered,
    stocked,
    take_back,
    wanted,
)
from tests.webapp.threads import at_once

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.django_db
class TestNumbers:
    def test_count_from_1(self) -> None:
        numbers = [next_number(ORDER, at=AT) for _time in range(3)]

        assert numbers == ["PO-2026-000001", "PO-2026-000002", "PO-2026-000003"]

    def test_count_each_kind_of_document_by_itself(self) -> None:
        assert next_number(ORDER, at=AT) == "PO-2026-000001"
        assert next_number(RECEIPT, at=AT) == "GR-2026-000001"

    def test_begin_anew_with_the_year_of_this_place(self) -> None:
        """In Tokyo the year begins nine hours before it does in Greenwich."""
        before = next_number(ORDER, at=datetime(2026, 12, 31, 14, 59, tzinfo=UTC))
        after = next_number(ORDER, at=datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
        late = next_number(ORDER, at=datetime(2026, 12, 30, tzinfo=UTC))

        assert [before, after, late] == ["PO-2026-000001", "PO-2027-000001", "PO-2026-000002"]

    def test_come_back_when_the_transaction_fails(self) -> None:
        next_number(ORDER, at=AT)

        def fail() -> None:
            with transaction.atomic():
                next_number(ORDER, at=AT)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()

        assert next_number(ORDER, at=AT) == "PO-2026-000002"

    def test_go_on_after_the_last_one(self) -> None:
        DocumentNumber.objects.create(prefix="PO", year=2026, last=122)

        assert next_number(ORDER, at=AT) == "PO-2026-000123"

    def test_of_orders_are_not_spent_on_refused_ones(
        self, motors: SupplierPart, buyer: User
    ) -> None:
        first = draft(wanted(motors, 1), by=buyer, at=AT)
        with pytest.raises(OrderRefusedError):
            draft(wanted(motors, 0), by=buyer, at=AT)

        second = draft(wanted(motors, 1), by=buyer, at=AT)

        assert [first.number, second.number] == ["PO-2026-000001", "PO-2026-000002"]

    def test_of_receipts_and_reversals_are_of_one_kind(
        self, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 5), by=buyer)

        receipt = arrived(order.lines.get(), 2, shelf, at=AT)
        back = take_back(receipt, at=AT)

        assert [receipt.number, back.number] == ["GR-2026-000001", "GR-2026-000002"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_get_a_number_each_and_leave_no_gap(self, buyer: User) -> None:
        offers = [SupplierPartFactory.create() for _supplier in range(5)]

        def write(offer: SupplierPart, quantity: int) -> PurchaseOrder:
            return draft(wanted(offer, quantity), by=buyer, at=AT)

        calls = [
            partial(write, offer, quantity) for quantity in (1, 0, 2, 0, 3, 4) for offer in offers
        ]
        outcome = at_once(calls).only_raised(OrderRefusedError)

        assert len(outcome.results) == 20
        assert sorted(order.number for order in outcome.results) == [
            f"PO-2026-{n:06}" for n in range(1, 21)
        ]

    def test_by_people_and_by_the_reorder_are_of_one_row(self, buyer: User) -> None:
        shelf = LocationFactory.create()
        offers = [short_of(SupplierFactory.create(), shelf) for _supplier in range(8)]

        def fall(part: Part) -> object:
            return issue(line(part, shelf, 2))

        def write(offer: SupplierPart) -> object:
            return draft(wanted(offer, 1), by=buyer)

        at_once(
            [partial(fall, offer.part) for offer in offers]
            + [partial(write, offer) for offer in offers]
        ).only_raised()

        numbers = sorted(PurchaseOrder.objects.values_list("number", flat=True))
        assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 8

    def test_of_receipts_leave_no_gap_either(self, buyer: User) -> None:
        shelf = LocationFactory.create()
        orders = [
            ordered(wanted(SupplierPartFactory.create(), 5), by=buyer) for _number in range(10)
        ]

        at_once([partial(arrived, order.lines.get(), 1, shelf) for order in orders]).only_raised()

        numbers = sorted(GoodsReceipt.objects.values_list("number", flat=True))
        assert [int(number[-6:]) for number in numbers] == list(range(1, 11))


def short_of(supplier: Supplier, shelf: Location) -> SupplierPart:
    """Of a part that falls to its point when two are issued."""
    part = stocked(PartFactory.create(reorder_point=10), shelf, 12)
    return SupplierPartFactory.create(part=part, supplier=supplier)
