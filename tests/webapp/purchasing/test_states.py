"""What may follow what, whoever asks: the services, the models, or SQL by hand."""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.db import connection
from django.utils import timezone

from access.models import User
from purchasing import life
from purchasing.errors import WrongStateError
from purchasing.models import PurchaseOrder
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
from tests.webapp.database import as_owner, refused_by
from tests.webapp.factories import approve, arrived, now, place
from tests.webapp.purchasing.deciding import OrderIn

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
