"""What may follow what, whoever asks: the services, the models, or SQL by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.utils import timezone

from access.models import User
from catalog.models import Supplier, SupplierPart
from purchasing import life
from purchasing.errors import WrongStateError
from purchasing.models import OrderEvent, OrderLine, Origin, PurchaseOrder
from purchasing.states import (
    BY_DECISION,
    BY_LINES,
    COMMITTED,
    FINISHED,
    OPEN,
    RECEIVABLE,
    OrderState,
    may_follow,
)
from stock.models import Location
from tests.webapp.database import as_owner, denied, refused_by
from tests.webapp.factories import approve, arrived, draft, now, place, take_back, wanted

type OrderIn = Callable[[str], PurchaseOrder]

PAIRS = list(permutations([state.value for state in OrderState], 2))
DECISIONS = {(before.value, then.value) for before in BY_DECISION for then in BY_DECISION[before]}
FOLLOWING = {(before.value, then.value) for before in BY_LINES for then in BY_LINES[before]}

CHANGE = """
UPDATE purchasing_purchaseorder SET state = %(then)s, changed_by_id = %(by)s,
    approved_by_id = CASE WHEN %(then)s = 'draft' THEN NULL ELSE %(by)s END,
    approved_at = CASE WHEN %(then)s = 'draft' THEN NULL ELSE now() END,
    ordered_at = CASE WHEN %(then)s IN ('draft', 'approved') THEN NULL ELSE now() END
WHERE id = %(order)s
"""


class TestTable:
    def test_is_the_one_of_the_design(self) -> None:
        assert {
            ("draft", "approved"),
            ("draft", "cancelled"),
            ("approved", "draft"),
            ("approved", "ordered"),
            ("approved", "cancelled"),
            ("ordered", "cancelled"),
        } == DECISIONS

    def test_leaves_to_the_lines_what_happens_after_ordering(self) -> None:
        placed = ["ordered", "partial", "received", "closed"]

        assert set(permutations(placed, 2)) == FOLLOWING

    @pytest.mark.parametrize(("before", "then"), PAIRS)
    def test_is_what_may_follow_reads(self, before: str, then: str) -> None:
        assert may_follow(before, then) == ((before, then) in DECISIONS)

    def test_sorts_every_state_into_open_or_finished(self) -> None:
        assert set(OrderState) == OPEN | FINISHED
        assert not OPEN & FINISHED
        assert RECEIVABLE < COMMITTED < OPEN


@pytest.mark.parametrize(("before", "then"), PAIRS)
class TestChangeBySql:
    """The application's user and the owner of the database meet the same table."""

    def change(self, order: PurchaseOrder, then: str, by: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, {"then": then, "by": by.pk, "order": order.pk})

    def test_is_allowed_where_the_table_says_so(
        self, before: str, then: str, order_in: OrderIn, buyer: User
    ) -> None:
        order = order_in(before)

        if (before, then) in DECISIONS:
            self.change(order, then, buyer)
            assert now(order).state == order.lines.get().order_state == then
        else:
            with refused_by("purchasing_order_transition"):
                self.change(order, then, buyer)
            assert now(order).state == before

    def test_is_allowed_to_the_owner_where_the_table_says_so(
        self, before: str, then: str, order_in: OrderIn, buyer: User
    ) -> None:
        order = order_in(before)

        if (before, then) in DECISIONS:
            with as_owner():
                self.change(order, then, buyer)
            assert now(order).state == then
        else:
            with refused_by("purchasing_order_transition"), as_owner():
                self.change(order, then, buyer)


@pytest.mark.parametrize("before", OrderState.values)
@pytest.mark.parametrize("then", ["approved", "draft", "ordered", "cancelled"])
def test_methods_of_an_order_go_where_the_table_says_and_nowhere_else(
    before: str, then: str, order_in: OrderIn, buyer: User
) -> None:
    order = order_in(before)
    at = timezone.now()
    decide: dict[str, Callable[[], None]] = {
        "approved": lambda: order.approve(by=buyer, at=at),
        "draft": lambda: order.send_back(reason="too many", by=buyer, at=at),
        "ordered": lambda: order.place(reference="", expected_on=None, by=buyer, at=at),
        "cancelled": lambda: order.cancel(reason="not needed", by=buyer, at=at),
    }

    if (before, then) in DECISIONS:
        decide[then]()
        assert now(order).state == then
        assert now(order).version == order.version
    else:
        with pytest.raises(WrongStateError) as caught:
            decide[then]()
        assert str(caught.value) == (
            f"{order.number} is {OrderState(before).label} and cannot become "
            f"{OrderState(then).label}. Nothing was changed."
        )
        assert now(order).state == before


@pytest.mark.parametrize("before", OrderState.values)
class TestServices:
    """Each does its own thing in its own states, and changes nothing in the others."""

    def run(
        self, decide: Callable[[PurchaseOrder], object], order: PurchaseOrder, *, allowed: bool
    ) -> PurchaseOrder:
        version = order.version
        if allowed:
            decide(order)
            assert now(order).version == version + 1
        else:
            with pytest.raises(WrongStateError, match=order.number):
                decide(order)
            assert (now(order).state, now(order).version) == (order.state, version)
        return now(order)

    def test_approve_drafts(self, before: str, order_in: OrderIn, buyer: User) -> None:
        self.run(
            lambda order: approve(order, by=buyer), order_in(before), allowed=before == "draft"
        )

    def test_place_what_was_approved(self, before: str, order_in: OrderIn, buyer: User) -> None:
        self.run(
            lambda order: place(order, by=buyer), order_in(before), allowed=before == "approved"
        )

    def test_send_back_what_was_approved(self, before: str, order_in: OrderIn, buyer: User) -> None:
        self.run(
            lambda order: life.send_back(
                order.pk, version=order.version, reason="no", by=buyer, at=timezone.now()
            ),
            order_in(before),
            allowed=before == "approved",
        )

    def test_cancel_what_nothing_was_received_of(
        self, before: str, order_in: OrderIn, buyer: User
    ) -> None:
        self.run(
            lambda order: life.cancel(
                order.pk, version=order.version, reason="no", by=buyer, at=timezone.now()
            ),
            order_in(before),
            allowed=before in {"draft", "approved", "ordered"},
        )

    def test_postpone_what_is_awaited(self, before: str, order_in: OrderIn, buyer: User) -> None:
        self.run(
            lambda order: life.postpone(
                order.pk,
                version=order.version,
                expected_on=timezone.localdate(),
                reason="",
                by=buyer,
                at=timezone.now(),
            ),
            order_in(before),
            allowed=before in COMMITTED,
        )

    def test_ask_for_approval_of_drafts(self, before: str, order_in: OrderIn, buyer: User) -> None:
        self.run(
            lambda order: life.request_approval(
                order.pk, version=order.version, by=buyer, at=timezone.now()
            ),
            order_in(before),
            allowed=before == "draft",
        )

    def test_receive_what_was_placed(self, before: str, order_in: OrderIn, shelf: Location) -> None:
        order = order_in(before)
        if before == "received":  # placed too, but nothing more is tolerated
            return

        self.run(
            lambda order: arrived(order.lines.get(), 1, shelf),
            order,
            allowed=before in {"ordered", "partial"},
        )


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


class TestTimeLine:
    def test_says_of_each_change_who_when_and_why(
        self,
        motors: SupplierPart,
        shelf: Location,
        buyer: User,
        administrator: User,
        storekeeper: User,
    ) -> None:
        start = timezone.now() - timedelta(hours=10)
        times = [start + timedelta(hours=hour) for hour in range(10)]
        order = draft(wanted(motors, 10), by=buyer, at=times[0])
        line = order.lines.get()

        approve(order, by=administrator, at=times[1])
        life.send_back(order.pk, version=2, reason="two too many", by=administrator, at=times[2])
        approve(order, by=administrator, at=times[3])
        place(order, by=buyer, reference="TR-991", at=times[4])
        first = arrived(line, 4, shelf, at=times[5], by=storekeeper)
        second = arrived(line, 6, shelf, at=times[6], by=storekeeper)
        back = take_back(second, by=storekeeper, reason="broken", at=times[7])
        life.close_short(
            order.pk,
            version=now(order).version,
            lines=[line.pk],
            reason="sold out",
            by=buyer,
            at=times[8],
        )
        life.open_again(
            order.pk,
            version=now(order).version,
            lines=[line.pk],
            reason="found more",
            by=buyer,
            at=times[9],
        )

        assert list(
            order.events.filter(kind="state")
            .order_by("pk")
            .values_list("from_state", "to_state", "actor__username", "occurred_at", "reason")
        ) == [
            ("draft", "approved", "administrator", times[1], ""),
            ("approved", "draft", "administrator", times[2], "two too many"),
            ("draft", "approved", "administrator", times[3], ""),
            ("approved", "ordered", "buyer", times[4], "TR-991"),
            ("ordered", "partial", "storekeeper", times[5], first.number),
            ("partial", "received", "storekeeper", times[6], second.number),
            ("received", "partial", "storekeeper", times[7], back.number),
            ("partial", "closed", "buyer", times[8], "sold out"),
            ("closed", "partial", "buyer", times[9], "found more"),
        ]

    def test_does_not_say_a_person_did_what_the_system_did(
        self, order_in: OrderIn, shelf: Location
    ) -> None:
        """The buyer placed the order; nobody in person received it."""
        order = order_in("ordered")

        arrived(order.lines.get(), 10, shelf, by=None)

        assert order.events.get(to_state="ordered").actor is not None
        assert order.events.get(to_state="received").actor is None

    def test_holds_what_else_happened_beside_the_states(
        self, order_in: OrderIn, buyer: User
    ) -> None:
        order = order_in("closed")

        assert list(order.events.order_by("pk").values_list("kind", "to_state")) == [
            ("created", ""),
            ("state", "approved"),
            ("state", "ordered"),
            ("state", "partial"),
            ("received", ""),
            ("closed", ""),
            ("state", "closed"),
        ]

    def test_has_nothing_of_a_change_that_failed(self, order_in: OrderIn, shelf: Location) -> None:
        order = order_in("approved")
        before = order.events.count()

        with pytest.raises(WrongStateError):
            arrived(order.lines.get(), 1, shelf)

        assert order.events.count() == before

    def test_is_written_by_the_database_also_for_sql(self, order_in: OrderIn, buyer: User) -> None:
        order = order_in("approved")

        PurchaseOrder.objects.filter(pk=order.pk).update(
            state="ordered",
            ordered_at=timezone.now(),
            changed_by=buyer,
            change_reason="by telephone",
        )

        event = order.events.latest("pk")
        assert (event.from_state, event.to_state) == ("approved", "ordered")
        assert (event.actor, event.reason) == (buyer, "by telephone")

    def test_refuses_states_written_by_hand(self, order_in: OrderIn) -> None:
        order = order_in("ordered")

        def forge() -> None:
            OrderEvent.objects.create(
                order=order,
                kind="state",
                from_state="ordered",
                to_state="received",
                occurred_at=timezone.now(),
            )

        with refused_by("purchasing_event_state_by_trigger"):
            forge()
        with refused_by("purchasing_event_state_by_trigger"), as_owner():
            forge()

    def test_refuses_states_from_within_a_trigger_of_ones_own(self, order_in: OrderIn) -> None:
        order_in("ordered")

        with refused_by("purchasing_event_state_by_trigger"), connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE TEMP TABLE lever (id int);
                CREATE FUNCTION pg_temp.pull() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN
                    INSERT INTO purchasing_orderevent
                        (order_id, kind, from_state, to_state, occurred_at, reason, details)
                    SELECT id, 'state', 'ordered', 'received', now(), '', '{}'
                    FROM purchasing_purchaseorder;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER pull AFTER INSERT ON lever
                    FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.pull();
                INSERT INTO lever VALUES (1);
                """
            )

    def test_has_states_on_changes_of_state_only(self, order_in: OrderIn) -> None:
        order = order_in("draft")

        with refused_by("purchasing_event_states"):
            OrderEvent.objects.create(
                order=order, kind="edited", to_state="approved", occurred_at=timezone.now()
            )


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
