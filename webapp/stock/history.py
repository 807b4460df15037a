"""How much of a part there was, day by day: the ledger read backwards from today."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from core.rows import fetched

DAYS = 90
# A part that moves all day long must not make its page slow.
MOST_MOVEMENTS = 5000


@dataclass(frozen=True, kw_only=True)
class History:
    """What was on hand at the end of each day, oldest first; today's is what is there now.

    `changed` has the days on which something happened.
    """

    days: list[date]
    balances: list[Decimal]
    changed: set[date]


# One statement sees one moment: the total and the movements that made it belong together.
# Movements are read from the last one recorded. Days before the start fall into one.
_DAILY = """
WITH latest AS (
    SELECT quantity, (occurred_at AT TIME ZONE %(zone)s)::date AS day,
           (posted_at AT TIME ZONE %(zone)s)::date AS posted
    FROM stock_stockmovement WHERE part_id = %(part)s ORDER BY id DESC LIMIT %(most)s
), daily AS (
    SELECT greatest(day, %(start)s - 1) AS day, sum(quantity) AS change,
           count(*) AS movements, min(posted) AS posted
    FROM latest GROUP BY 1
)
SELECT p.on_hand, d.day, d.change, d.movements, d.posted
FROM catalog_part p LEFT JOIN daily d ON true WHERE p.id = %(part)s
"""


def stock_by_day(part_id: int, *, most: int = MOST_MOVEMENTS) -> History | None:
    """The last ``DAYS`` days and today; None for a part that never moved.

    Of a part with more than `most` movements only the latest are read. What was not read was
    recorded earlier, and nothing is recorded before it happens, so that every day after the
    first recording that was read is complete: the history starts there.
    """
    today = timezone.localdate()
    start = today - timedelta(days=DAYS)
    rows = fetched(
        _DAILY,
        {
            "zone": timezone.get_current_timezone_name(),
            "part": part_id,
            "most": most,
            "start": start,
        },
    )
    if not rows or rows[0][1] is None:
        return None
    if sum(movements for *_rest, movements, _posted in rows) >= most:
        start = max(start, min(today, min(row[-1] for row in rows) + timedelta(days=1)))
    changes: dict[date, Decimal] = {}
    for _on_hand, day, change, _movements, _posted in rows:
        # A client's clock may be a few minutes ahead of midnight.
        counted = min(day, today)
        changes[counted] = changes.get(counted, Decimal(0)) + change
    return _backwards(on_hand=rows[0][0], changes=changes, start=start, today=today)


def _backwards(
    *, on_hand: Decimal, changes: dict[date, Decimal], start: date, today: date
) -> History:
    days, balances = [today], [on_hand]
    while days[-1] > start:
        balances.append(balances[-1] - changes.get(days[-1], Decimal(0)))
        days.append(days[-1] - timedelta(days=1))
    return History(
        days=days[::-1],
        balances=balances[::-1],
        changed={day for day in changes if day >= start},
    )
