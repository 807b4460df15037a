"""How a supplier delivers: what a year of finished orders says, with the counts it rests on."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.rows import fetched

DAYS = 365
# Fewer say little.
FEW = 5

# Of the last year, found by an index of its own.
_FINISHED = """
    o.supplier_id = %(supplier)s AND o.state IN ('received', 'closed')
    AND o.finished_at >= %(since)s
"""
# Whatever is done to an order or received for it raises its version.
_BASIS = f"""
SELECT md5(string_agg(o.id || ':' || o.version, ',' ORDER BY o.id))
FROM purchasing_purchaseorder o WHERE {_FINISHED}
"""  # noqa: S608 - a condition of ours
# The receipt that counts is the last one that was not reversed. An order without one (taken over
# from another system) says nothing about time; one without an expected date, not whether it was
# late. What was delivered is compared line by line: sums over pieces and metres mean nothing.
_RECORD = f"""
WITH finished AS (
    SELECT o.id, o.state, o.expected_on,
           (o.ordered_at AT TIME ZONE %(zone)s)::date AS ordered_on,
           (SELECT (max(r.occurred_at) AT TIME ZONE %(zone)s)::date
            FROM purchasing_goodsreceipt r
            WHERE r.order_id = o.id AND r.reverses_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM purchasing_goodsreceipt u WHERE u.reverses_id = r.id)
           ) AS arrived_on
    FROM purchasing_purchaseorder o
    WHERE {_FINISHED}
)
SELECT * FROM (
    SELECT count(*),
           count(*) FILTER (WHERE state = 'closed'),
           count(*) FILTER (WHERE arrived_on IS NOT NULL AND expected_on IS NOT NULL),
           count(*) FILTER (WHERE arrived_on > expected_on),
           avg(arrived_on - expected_on) FILTER (WHERE arrived_on > expected_on),
           count(arrived_on - ordered_on),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY arrived_on - ordered_on)::numeric
    FROM finished
) of_orders, (
    SELECT count(*),
           count(*) FILTER (WHERE taken_over + received >= quantity),
           avg(least((taken_over + received) / quantity, 1))
    FROM purchasing_orderline WHERE order_id IN (SELECT id FROM finished)
) of_lines
"""  # noqa: S608 - a condition of ours


@dataclass(frozen=True)
class DeliveryRecord:
    """Of the orders finished in the last ``DAYS`` days; figures of nothing are None.

    `days_late` is the average over the late ones; `share` is the average over the lines of what
    was delivered of them, at most all of it. In the order of the columns of the query.
    """

    orders: int
    closed_short: int
    timed: int
    late: int
    days_late: Decimal | None
    lead_times: int
    lead_time: Decimal | None
    lines: int
    full_lines: int
    share: Decimal | None

    @property
    def on_time(self) -> int:
        return self.timed - self.late

    @property
    def complete(self) -> int:
        return self.orders - self.closed_short

    @property
    def on_time_percent(self) -> Decimal | None:
        return Decimal(100) * self.on_time / self.timed if self.timed else None

    @property
    def share_percent(self) -> Decimal | None:
        return None if self.share is None else self.share * 100

    @property
    def is_small(self) -> bool:
        return 0 < self.orders < FEW


def delivery_record(supplier_id: int) -> DeliveryRecord:
    """What the finished orders say: several reads for each of them."""
    [row] = fetched(_RECORD, _asked(supplier_id))
    return DeliveryRecord(*row)


def basis_of_record(supplier_id: int) -> str:
    """Stands for all that the record is made of: while it is the same, so is the record.

    In one time zone; empty while there is no finished order.
    """
    [[basis]] = fetched(_BASIS, _asked(supplier_id))
    return basis or ""


def _asked(supplier_id: int) -> dict[str, Any]:
    return {
        "supplier": supplier_id,
        "since": timezone.now() - timedelta(days=DAYS),
        "zone": timezone.get_current_timezone_name(),
    }
