"""What an order tells of itself: who did what, when and why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from purchasing import life
from purchasing.errors import WrongStateError
from purchasing.models import OrderEvent, PurchaseOrder
from stock.models import Location
from tests.webapp.database import as_owner, refused_by
from tests.webapp.factories import approve, arrived, draft, now, place, take_back, wanted
from tests.webapp.purchasing.deciding import OrderIn


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
