"""What people decide about orders, and in which words it is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from purchasing import life
from purchasing.errors import (
    OrderChangedError,
    OrderRefusedError,
    WrongStateError,
)
from purchasing.models import (
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder import decisions
from stock.models import Location
from tests.webapp.factories import (
    arrived,
    now,
    ordered,
    place,
    take_back,
    wanted,
)
from tests.webapp.purchasing.deciding import Decide, OrderIn, decide


class TestPlace:
    def test_says_under_which_number_the_supplier_has_it(
        self, order_in: OrderIn, buyer: User
    ) -> None:
        at = timezone.now() - timedelta(minutes=3)

        order = place(
            order_in("approved"),
            by=buyer,
            reference="TR-991",
            expected_on=date(2026, 12, 24),
            at=at,
        )

        assert (order.state, order.ordered_at) == ("ordered", at)
        assert (order.supplier_reference, order.expected_on) == ("TR-991", date(2026, 12, 24))

    def test_is_refused_of_a_draft(self, order_in: OrderIn, buyer: User) -> None:
        order = order_in("draft")

        with pytest.raises(WrongStateError) as caught:
            place(order, by=buyer)

        assert str(caught.value) == (
            f"{order.number} is Draft and cannot become Ordered. Nothing was changed."
        )


class TestPostpone:
    def test_moves_the_day_and_nothing_else(self, order_in: OrderIn, buyer: User) -> None:
        order = order_in("ordered")
        day = timezone.localdate() + timedelta(days=9)

        order = decide(life.postpone, order, by=buyer, expected_on=day, reason="the ship is late")

        assert (order.expected_on, order.state) == (day, "ordered")
        event = order.events.latest("pk")
        assert (event.kind, event.actor, event.reason) == (
            "postponed",
            buyer,
            "the ship is late",
        )
        assert event.details == {"before": None, "after": day.isoformat()}

    def test_tells_the_day_before(self, motors: SupplierPart, buyer: User) -> None:
        order = ordered(wanted(motors), by=buyer, expected_on=date(2026, 12, 1))

        decide(life.postpone, order, by=buyer, expected_on=date(2026, 12, 9), reason="")

        assert order.events.latest("pk").details == {
            "before": "2026-12-01",
            "after": "2026-12-09",
        }

    def test_is_refused_to_the_same_day(self, motors: SupplierPart, buyer: User) -> None:
        order = ordered(wanted(motors), by=buyer, expected_on=date(2026, 12, 1))

        with pytest.raises(OrderRefusedError, match="is expected on this day already"):
            decide(life.postpone, order, by=buyer, expected_on=date(2026, 12, 1), reason="")

    def test_is_refused_when_nothing_is_awaited(self, order_in: OrderIn, buyer: User) -> None:
        order = order_in("received")

        with pytest.raises(WrongStateError) as caught:
            decide(life.postpone, order, by=buyer, expected_on=date(2026, 12, 1), reason="")

        assert str(caught.value) == f"{order.number} is Received: nothing of it is awaited."

    def test_makes_an_order_late_no_more(self, motors: SupplierPart, buyer: User) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        order = ordered(wanted(motors), by=buyer, expected_on=yesterday)
        assert order.is_late
        assert list(PurchaseOrder.objects.late()) == [order]

        order = decide(life.postpone, order, by=buyer, expected_on=timezone.localdate(), reason="")

        assert not order.is_late
        assert not PurchaseOrder.objects.late().exists()


class TestCancel:
    def test_ends_the_order(self, order_in: OrderIn, buyer: User) -> None:
        at = timezone.now()

        order = decide(life.cancel, order_in("ordered"), by=buyer, reason="no money", at=at)

        assert (order.state, order.finished_at) == ("cancelled", at)
        assert order.change_reason == "no money"

    def test_is_refused_once_something_came(self, order_in: OrderIn, buyer: User) -> None:
        order = order_in("partial")

        with pytest.raises(WrongStateError) as caught:
            decide(life.cancel, order, by=buyer, reason="no money")

        assert str(caught.value) == (
            f"Something of {order.number} was received, so it cannot be cancelled. Close it "
            "short instead, or reverse the receipt."
        )

    def test_is_possible_once_everything_was_taken_back(
        self, order_in: OrderIn, buyer: User
    ) -> None:
        order = order_in("partial")
        take_back(order.receipts.get())

        assert decide(life.cancel, order, by=buyer, reason="no money").state == "cancelled"

    def test_is_refused_while_a_proposal_is_open_on_it(
        self, automatic_draft: PurchaseOrder, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            decide(life.cancel, automatic_draft, by=buyer, reason="no money")

        assert str(caught.value) == (
            f"1 open proposal is on {automatic_draft.number}. It would come back at once: "
            "dismiss it until a date instead."
        )

    def test_ends_an_empty_automatic_draft(
        self, automatic_draft: PurchaseOrder, buyer: User
    ) -> None:
        decisions.dismiss(
            [ReorderProposal.objects.get().pk],
            until=timezone.localdate(),
            reason="no money",
            by=buyer,
            at=timezone.now(),
        )

        order = decide(life.cancel, automatic_draft, by=buyer, reason="no money")

        assert (order.state, order.collecting) == ("cancelled", False)

    def test_has_a_reason(self, order_in: OrderIn, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            decide(life.cancel, order_in("draft"), by=buyer, reason="")


class TestCloseShort:
    @pytest.fixture
    def order(
        self, motors: SupplierPart, screws: SupplierPart, shelf: Location, buyer: User
    ) -> PurchaseOrder:
        """Of ten motors four came, of two boxes of screws nothing."""
        order = ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)
        arrived(order.lines.get(position=1), 4, shelf)
        return now(order)

    def close(self, order: PurchaseOrder, *positions: int, by: User, **values: object) -> object:
        lines = order.lines.filter(position__in=positions).values_list("pk", flat=True)
        return decide(
            life.close_short, order, by=by, **{"lines": lines, "reason": "sold out", **values}
        )

    def test_expects_nothing_more_of_the_lines_that_were_chosen(
        self, order: PurchaseOrder, buyer: User
    ) -> None:
        at = timezone.now()

        self.close(order, 1, by=buyer, at=at)

        first, second = order.lines.order_by("position")
        assert (first.closed, first.closed_by, first.closed_at) == (True, buyer, at)
        assert (first.close_reason, first.outstanding) == ("sold out", Decimal(0))
        assert (second.closed, second.outstanding) == (False, Decimal(200))
        assert now(order).state == "partial"

    def test_ends_the_order_with_its_last_line(self, order: PurchaseOrder, buyer: User) -> None:
        self.close(order, 1, by=buyer)
        self.close(order, 2, by=buyer)

        assert now(order).state == "closed"

    def test_is_told_with_the_lines(self, order: PurchaseOrder, buyer: User) -> None:
        self.close(order, 1, 2, by=buyer)

        event = order.events.get(kind="closed")
        assert (event.actor, event.reason) == (buyer, "sold out")
        assert event.details == {"lines": [1, 2]}

    def test_gives_back_the_order_as_it_is_then(self, order: PurchaseOrder, buyer: User) -> None:
        lines = list(order.lines.values_list("pk", flat=True))

        closed = life.close_short(
            order.pk,
            version=order.version,
            lines=lines,
            reason="sold out",
            by=buyer,
            at=timezone.now(),
        )

        assert (closed.state, closed.version) == ("closed", order.version + 1)

    @pytest.mark.parametrize("positions", [(), (3,)])
    def test_asks_for_a_line_that_something_is_missing_of(
        self, positions: tuple[int, ...], order: PurchaseOrder, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            self.close(order, *positions, by=buyer)

        assert str(caught.value) == "Choose at least one line that something is missing of."

    def test_leaves_lines_alone_that_are_complete(
        self, order: PurchaseOrder, shelf: Location, buyer: User
    ) -> None:
        arrived(order.lines.get(position=1), 6, shelf)

        with pytest.raises(OrderRefusedError, match="something is missing of"):
            self.close(order, 1, by=buyer)
        self.close(order, 1, 2, by=buyer)

        assert list(order.lines.order_by("position").values_list("closed", flat=True)) == [
            False,
            True,
        ]

    def test_is_a_cancellation_where_nothing_came(
        self, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)

        with pytest.raises(OrderRefusedError) as caught:
            self.close(order, 1, 2, by=buyer)
        assert str(caught.value) == (f"Nothing of {order.number} was received. Cancel it instead.")

        self.close(order, 1, by=buyer)
        with pytest.raises(OrderRefusedError, match="Cancel it instead"):
            self.close(order, 2, by=buyer)

    @pytest.mark.parametrize("state", ["draft", "approved", "received", "closed", "cancelled"])
    def test_is_of_orders_that_are_awaited(
        self, state: str, order_in: OrderIn, buyer: User
    ) -> None:
        order = order_in(state)

        with pytest.raises(WrongStateError) as caught:
            self.close(order, 1, by=buyer)

        assert str(caught.value) == (
            f"{order.number} is {order.get_state_display()}: nothing of it is awaited."
        )

    def test_has_a_reason(self, order: PurchaseOrder, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            self.close(order, 1, by=buyer, reason=" ")


class TestOpenAgain:
    def open(self, order: PurchaseOrder, *positions: int, by: User, reason: str = "found") -> None:
        lines = order.lines.filter(position__in=positions).values_list("pk", flat=True)
        decide(life.open_again, order, by=by, lines=lines, reason=reason)

    def test_expects_the_rest_after_all(
        self, order_in: OrderIn, shelf: Location, buyer: User
    ) -> None:
        order = order_in("closed")

        self.open(order, 1, by=buyer)

        assert (now(order).state, now(order).finished_at) == ("partial", None)
        assert order.lines.get().outstanding == 6
        event = order.events.get(kind="reopened")
        assert (event.actor, event.reason, event.details) == (buyer, "found", {"lines": [1]})
        arrived(order.lines.get(), 6, shelf)
        assert now(order).state == "received"

    @pytest.mark.parametrize("state", ["draft", "ordered", "partial", "received"])
    def test_asks_for_a_line_that_was_closed(
        self, state: str, order_in: OrderIn, buyer: User
    ) -> None:
        with pytest.raises(OrderRefusedError) as caught:
            self.open(order_in(state), 1, by=buyer)

        assert str(caught.value) == "Choose at least one line that was closed short."

    def test_is_refused_of_a_cancelled_order(
        self, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10), wanted(screws, 2), by=buyer)
        first = order.lines.get(position=1)
        decide(life.close_short, order, by=buyer, lines=[first.pk], reason="sold out")
        decide(life.cancel, order, by=buyer, reason="no money")

        with pytest.raises(WrongStateError) as caught:
            self.open(order, 1, by=buyer)

        assert str(caught.value) == f"{order.number} is Cancelled: nothing of it is awaited."

    def test_has_a_reason(self, order_in: OrderIn, buyer: User) -> None:
        with pytest.raises(OrderRefusedError, match=r"^Give a reason\.$"):
            self.open(order_in("closed"), 1, by=buyer, reason="")


@pytest.mark.parametrize(
    "values",
    [
        (life.request_approval, "draft", {}),
        (life.approve, "draft", {}),
        (life.send_back, "approved", {"reason": "no"}),
        (life.place, "approved", {"reference": "", "expected_on": None}),
        (life.postpone, "ordered", {"expected_on": date(2026, 12, 1), "reason": ""}),
        (life.cancel, "ordered", {"reason": "no"}),
        (life.close_short, "partial", {"lines": [], "reason": "no"}),
        (life.open_again, "closed", {"lines": [], "reason": "no"}),
    ],
    ids=lambda values: values[0].__name__,
)
def test_every_decision_is_about_the_order_as_it_was_seen(
    values: tuple[Decide, str, dict[str, object]], order_in: OrderIn, buyer: User
) -> None:
    what, state, rest = values
    order = order_in(state)

    for version in (order.version - 1, order.version + 1):
        with pytest.raises(OrderChangedError):
            decide(what, order, by=buyer, version=version, **rest)
    assert (now(order).state, now(order).version) == (order.state, order.version)
