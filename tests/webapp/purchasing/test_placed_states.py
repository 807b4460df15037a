"""The state of a placed order follows from its lines; also of orders begun elsewhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from access.models import User
from catalog.models import Supplier, SupplierPart
from purchasing import life
from purchasing.errors import WrongStateError
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import (
    OrderState,
)
from stock.models import Location
from tests.webapp.database import as_owner, denied, refused_by
from tests.webapp.factories import approve, arrived, draft, now, place, take_back, wanted
from tests.webapp.purchasing.deciding import OrderIn


class TestStateOfAPlacedOrder:
    """Follows from what the lines received, and from nothing else."""

    @pytest.fixture
    def order(self, motors: SupplierPart, screws: SupplierPart, buyer: User) -> PurchaseOrder:
        order = draft(wanted(motors, 10), wanted(screws, 2), by=buyer)
        return place(approve(order, by=buyer), by=buyer)

    def close(self, *lines: OrderLine, closed: bool = True) -> None:
        """By SQL, also where the service would not."""
        OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(
            closed=closed, close_reason="sold out", closed_at=timezone.now()
        )

    def test_is_partial_when_something_came(self, order: PurchaseOrder, shelf: Location) -> None:
        first, second = order.lines.order_by("position")

        arrived(first, 10, shelf)
        assert now(order).state == "partial"

        arrived(second, 1, shelf)
        assert now(order).state == "partial"

    def test_is_received_when_all_came(self, order: PurchaseOrder, shelf: Location) -> None:
        at = timezone.now() - timedelta(hours=1)
        first, second = order.lines.order_by("position")
        arrived(first, 10, shelf)

        assert now(order).finished_at is None
        arrived(second, 1, shelf)
        arrived(second, 1, shelf, at=at)

        assert now(order).state == "received"
        assert now(order).finished_at == at

    def test_is_received_at_once_when_all_came_at_once(
        self, order_in: OrderIn, shelf: Location
    ) -> None:
        order = order_in("ordered")

        arrived(order.lines.get(), 10, shelf)

        assert path_of(order)[-1] == ("ordered", "received")

    def test_goes_back_when_a_receipt_is_reversed(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        first, second = order.lines.order_by("position")
        ten = arrived(first, 10, shelf)
        two = arrived(second, 2, shelf)

        take_back(two)
        assert (now(order).state, now(order).finished_at) == ("partial", None)

        take_back(ten)
        assert now(order).state == "ordered"

    def test_goes_back_to_ordered_when_the_only_receipt_is_reversed(
        self, order_in: OrderIn, shelf: Location
    ) -> None:
        order = order_in("ordered")
        receipt = arrived(order.lines.get(), 10, shelf)

        take_back(receipt)

        assert path_of(order)[-1] == ("received", "ordered")

    def test_is_closed_when_the_rest_is_not_awaited(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        first, second = order.lines.order_by("position")
        arrived(first, 10, shelf)

        self.close(second)

        assert now(order).state == "closed"
        assert now(order).finished_at is not None

    def test_stays_partial_while_another_line_is_awaited(
        self, order: PurchaseOrder, shelf: Location
    ) -> None:
        first, second = order.lines.order_by("position")
        arrived(first, 4, shelf)

        self.close(second)

        assert now(order).state == "partial"

    def test_stays_closed_when_the_receipt_of_a_closed_line_is_reversed(
        self, order_in: OrderIn, shelf: Location, buyer: User
    ) -> None:
        order = order_in("closed")

        take_back(order.receipts.get())

        assert now(order).state == "closed"

    @pytest.mark.parametrize(("got", "after"), [(0, "ordered"), (4, "partial"), (10, "received")])
    def test_is_what_came_when_lines_are_opened_again(
        self, got: int, after: str, order_in: OrderIn, shelf: Location
    ) -> None:
        order = order_in("ordered")
        line = order.lines.get()
        if got:
            arrived(line, got, shelf)
        self.close(line)
        assert now(order).state == "closed"

        self.close(line, closed=False)

        assert path_of(order)[-1] == ("closed", after)

    def test_is_closed_also_of_nothing_or_all_by_hand(
        self, order_in: OrderIn, shelf: Location
    ) -> None:
        """The services cancel the first and need not the second; the lines say what it is."""
        nothing, everything = order_in("ordered"), order_in("received")

        self.close(nothing.lines.get(), everything.lines.get())

        assert path_of(nothing)[-1] == ("ordered", "closed")
        assert path_of(everything)[-1] == ("received", "closed")

    def test_of_many_orders_follows_in_one_statement(self, order_in: OrderIn) -> None:
        orders = [order_in("ordered"), order_in("partial"), order_in("partial")]

        self.close(*(order.lines.get() for order in orders))

        assert [now(order).state for order in orders] == ["closed"] * 3

    def test_cannot_be_set_from_within_a_trigger_of_ones_own(self, order_in: OrderIn) -> None:
        """The guard lets triggers through, and anybody may make temporary tables with them."""
        order = order_in("ordered")

        with refused_by("purchasing_order_transition"), connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE TEMP TABLE lever (id int);
                CREATE FUNCTION pg_temp.pull() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN
                    UPDATE purchasing_purchaseorder SET state = 'received'; RETURN NULL;
                END $$;
                CREATE TRIGGER pull AFTER INSERT ON lever
                    FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.pull();
                INSERT INTO lever VALUES (1);
                """
            )

        assert now(order).state == "ordered"


class TestImportedOrder:
    """Ordered and received in another system, as its lines say."""

    def imported(self, rotor: Supplier, motors: SupplierPart, *taken_over: int) -> PurchaseOrder:
        order = PurchaseOrder.objects.create(
            number="PO0012", supplier=rotor, origin=Origin.IMPORTED
        )
        for position, quantity in enumerate(taken_over, start=1):
            OrderLine.objects.create(
                order=order,
                position=position,
                part=motors.part,
                supplier_part=motors,
                quantity=5,
                taken_over=quantity,
            )
        return order

    @pytest.mark.parametrize(
        ("taken_over", "path"),
        [
            ([0, 0], []),
            ([5, 0], [("ordered", "partial")]),
            ([3, 5], [("ordered", "partial")]),
            ([5, 5], [("ordered", "received")]),
            ([5, 7], [("ordered", "received")]),
        ],
    )
    def test_goes_as_far_as_was_received_before(
        self,
        taken_over: list[int],
        path: list[tuple[str, str]],
        rotor: Supplier,
        motors: SupplierPart,
        buyer: User,
    ) -> None:
        order = self.imported(rotor, motors, *taken_over)
        before = datetime(2025, 3, 1, tzinfo=UTC)

        order.approve(by=None, at=before)
        order.place(reference="", expected_on=None, by=buyer, at=before + timedelta(days=1))

        assert path_of(order) == [("draft", "approved"), ("approved", "ordered"), *path]
        assert now(order).state == ([("", "ordered"), *path][-1][1])
        assert set(order.lines.values_list("order_state", flat=True)) == {now(order).state}
        last = order.events.order_by("pk").last()
        assert last
        assert (last.actor, last.occurred_at) == (buyer, before + timedelta(days=1))

    def test_awaits_only_what_did_not_come_before(
        self, rotor: Supplier, motors: SupplierPart, buyer: User
    ) -> None:
        order = self.imported(rotor, motors, 5, 3)
        order.approve(by=None, at=timezone.now())

        order.place(reference="", expected_on=None, by=buyer, at=timezone.now())

        motors.part.refresh_from_db()
        assert motors.part.on_order == 2
        assert motors.part.on_hand == 0

    def test_cannot_be_cancelled_when_something_came_before(
        self, rotor: Supplier, motors: SupplierPart, buyer: User
    ) -> None:
        order = self.imported(rotor, motors, 1)

        with pytest.raises(WrongStateError, match="Something of PO0012 was received"):
            life.cancel(order.pk, version=order.version, reason="old", by=buyer, at=timezone.now())


class TestCopyOfTheStateOnLines:
    def test_follows_the_order(self, order_in: OrderIn) -> None:
        for state in OrderState.values:
            assert order_in(state).lines.get().order_state == state

    def test_cannot_be_changed_by_hand(self, order_in: OrderIn) -> None:
        line = order_in("ordered").lines.get()

        with denied():
            OrderLine.objects.filter(pk=line.pk).update(order_state="draft")
        with refused_by("purchasing_line_state_of_order"), as_owner():
            OrderLine.objects.filter(pk=line.pk).update(order_state="draft")

    def test_makes_what_is_outstanding(self, order_in: OrderIn) -> None:
        outstanding = {
            state: order_in(state).lines.get().outstanding for state in OrderState.values
        }

        assert outstanding == {
            "draft": Decimal(10),
            "approved": Decimal(10),
            "ordered": Decimal(10),
            "partial": Decimal(6),
            "received": Decimal(0),
            "closed": Decimal(0),
            "cancelled": Decimal(0),
        }


def path_of(order: PurchaseOrder) -> list[tuple[str, str]]:
    """The changes of state, in the order in which they were recorded."""
    return list(
        order.events.filter(kind="state").order_by("pk").values_list("from_state", "to_state")
    )
