"""How purchasing stands at the end of a generated history.

By chance a fifth of the parts would be short, and the first sweep would propose tens of thousands
of orders. Somebody has looked after them: for some of what is short orders are on their way, and
of the rest the reorder points are lowered below what is there. A few parts in a thousand stay
short, and the system proposes to order them.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from demo.large.catalogue import PartPlan
from demo.large.orders import LINES, Order, OrderPlanner
from demo.large.tables import PARTS, unguarded
from purchasing.models import DocumentNumber
from purchasing.reorder.sweep import sweep
from purchasing.states import COMMITTED

_STAY_SHORT = 0.004  # of the parts


class ShortParts:
    """The parts that are at or below their reorder point at the end, and what is done for each."""

    def __init__(
        self, plans: Sequence[PartPlan], on_hand: Mapping[int, float], rng: random.Random
    ) -> None:
        self._rng = rng
        self._on_hand = on_hand
        short = [plan for plan in plans if plan.active and self._is_short(plan)]
        rng.shuffle(short)
        self._left = short[max(1, round(len(plans) * _STAY_SHORT)) :]
        self._by_supplier: dict[int, list[PartPlan]] = {}
        for plan in self._left:
            self._by_supplier.setdefault(plan.offer.supplier, []).append(plan)
        self._ordered: set[int] = set()

    def order(self, orders: Iterable[Order], planner: OrderPlanner) -> None:
        """Give the orders that are on their way lines for what is short."""
        for order in orders:
            short = self._by_supplier.get(order.supplier, [])
            for _line in range(self._rng.choice(LINES)):
                part = short.pop() if short else None
                if part is None:
                    break
                planner.add_line(order, part, self._packs(part))
                if order.state in COMMITTED:
                    self._ordered.add(part.id)

    def points(self) -> list[tuple[int, float]]:
        """The new reorder points: below what is there, or 0 where nothing is."""
        return [
            (plan.id, float(int(self._on_hand.get(plan.id, 0) * 0.6)))
            for plan in self._left
            if plan.id not in self._ordered
        ]

    def _is_short(self, plan: PartPlan) -> bool:
        point = plan.reorder_point / 10
        return point > 0 and self._on_hand.get(plan.id, 0) <= point

    def _packs(self, plan: PartPlan) -> int:
        """Enough to lift the part above its point."""
        missing = plan.reorder_point / 10 - self._on_hand.get(plan.id, 0)
        return max(
            plan.offer.minimum,
            int(missing / plan.offer.pack) + 1,
            round(plan.delivery / 10 / plan.offer.pack),
        )


def set_points(points: Sequence[tuple[int, float]]) -> None:
    """By one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_part p SET reorder_point = n.point "
            "FROM unnest(%s::bigint[], %s::numeric[]) AS n (id, point) WHERE p.id = n.id",
            [[part for part, _point in points], [point for _part, point in points]],
        )


def sum_on_order() -> None:
    """What the triggers would have kept while the orders were loaded."""
    with unguarded(PARTS), connection.cursor() as cursor:
        cursor.execute(
            "SELECT purchasing_sum_on_order(ARRAY("
            "SELECT DISTINCT part_id FROM purchasing_orderline WHERE outstanding > 0))"
        )


@transaction.atomic
def count_documents(planner: OrderPlanner) -> None:
    """The next order and the next receipt go on from the last number."""
    DocumentNumber.objects.bulk_create(
        [
            DocumentNumber(prefix=prefix, year=year, last=last)
            for prefix, year, last in planner.last_numbers()
        ]
    )


def propose(*, at: datetime) -> int:
    """The first sweep; the number of proposals."""
    changes, _approved = sweep(at=at)
    return changes.proposed


def differences() -> dict[str, int]:
    """Where orders, receipts, totals and states do not say the same."""
    with connection.cursor() as cursor:
        found = {}
        for name, query in _CHECKS.items():
            cursor.execute(f"SELECT count(*) FROM ({query}) different")  # noqa: S608 - our own text
            found[name] = cursor.fetchone()[0]
    return {name: count for name, count in found.items() if count}


_CHECKS = {
    "lines and receipts": """
        SELECT l.id FROM purchasing_orderline l
        LEFT JOIN purchasing_goodsreceiptline r ON r.order_line_id = l.id
        GROUP BY l.id HAVING l.received <> coalesce(sum(r.quantity), 0)
    """,
    "receipts and ledger": """
        SELECT r.id FROM purchasing_goodsreceiptline r
        LEFT JOIN stock_stockmovement m ON m.receipt_line_id = r.id
        GROUP BY r.id HAVING r.base_quantity IS DISTINCT FROM sum(m.quantity)
    """,
    "states and lines": """
        SELECT o.id FROM purchasing_purchaseorder o
        JOIN purchasing_orderline l ON l.order_id = o.id
        WHERE o.state NOT IN ('draft', 'approved', 'cancelled')
        GROUP BY o.id HAVING o.state <> CASE
            WHEN bool_and(l.closed OR l.received + l.taken_over >= l.quantity)
                THEN CASE WHEN bool_or(l.closed) THEN 'closed' ELSE 'received' END
            WHEN bool_or(l.received + l.taken_over > 0) THEN 'partial' ELSE 'ordered' END
    """,
    "parts and lines": """
        SELECT p.id FROM catalog_part p
        LEFT JOIN purchasing_orderline l ON l.part_id = p.id AND l.outstanding > 0
            AND l.order_state IN ('approved', 'ordered', 'partial')
        GROUP BY p.id HAVING p.on_order <> coalesce(sum(l.outstanding), 0)
    """,
    "time lines and states": """
        SELECT o.id FROM purchasing_purchaseorder o
        LEFT JOIN LATERAL (
            SELECT to_state FROM purchasing_orderevent e
            WHERE e.order_id = o.id AND e.kind = 'state' ORDER BY e.id DESC LIMIT 1
        ) last ON true
        WHERE coalesce(last.to_state, 'draft') <> o.state
    """,
}
