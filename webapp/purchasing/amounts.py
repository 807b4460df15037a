"""What orders cost, per currency, and what the limits say to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from core.currencies import rounded, shown
from core.rows import fetched
from purchasing.models import ApprovalLimit, OrderLine

_SIX = Decimal("0.000001")
_AMOUNTS = "SELECT order_id, currency, amount FROM purchasing_orderline WHERE order_id = ANY(%s)"


@dataclass(frozen=True)
class Amounts:
    """What orders cost in each currency, and how many lines have no price.

    Each line is rounded to what can be paid, so that the sum is that of the lines as printed.
    """

    totals: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0

    def __str__(self) -> str:
        return " + ".join(shown(total, code) for code, total in sorted(self.totals.items()))


def amounts_of(lines: Iterable[OrderLine]) -> Amounts:
    """Of lines that are loaded."""
    return _summed((line.currency, _exact(line)) for line in lines)


def amounts_of_orders(ids: Collection[int]) -> dict[int, Amounts]:
    """Of the orders on a page, by one query; orders without lines are left out."""
    by_order: dict[int, list[tuple[str, Decimal | None]]] = defaultdict(list)
    for order_id, currency, amount in fetched(_AMOUNTS, [list(ids)]):
        by_order[order_id].append((currency, amount))
    return {order_id: _summed(lines) for order_id, lines in by_order.items()}


def _summed(lines: Iterable[tuple[str, Decimal | None]]) -> Amounts:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    unpriced = 0
    for currency, amount in lines:
        if amount is None:
            unpriced += 1
        else:
            totals[currency] += rounded(amount, currency)
    return Amounts(dict(totals), unpriced)


def _exact(line: OrderLine) -> Decimal | None:
    """As the database computes it in the column `amount`, also of a line that was just changed."""
    if line.unit_price is None:
        return None
    return (line.quantity * line.unit_price).quantize(_SIX, rounding=ROUND_HALF_UP)


def _exact_totals(lines: Iterable[OrderLine]) -> dict[str, Decimal] | None:
    """What limits are held against, as the database does; None where a line has no price."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        amount = _exact(line)
        if amount is None:
            return None
        totals[line.currency] += amount
    return totals


def needs_second_person(lines: Iterable[OrderLine]) -> bool:
    """Whether somebody who neither made nor changed the order must approve it.

    Where no limit is set, nobody; where one is, everything that cannot be judged by it too.
    """
    limits = {limit.currency: limit.second_person_above for limit in ApprovalLimit.objects.all()}
    if all(limit is None for limit in limits.values()):
        return False
    totals = _exact_totals(lines)
    return totals is None or any(
        code not in limits or ((limit := limits[code]) is not None and total > limit)
        for code, total in totals.items()
    )


def may_approve_itself(lines: Iterable[OrderLine]) -> bool:
    """Whether an automatic order is small enough to need no person."""
    limits = {limit.currency: limit.automatic_up_to for limit in ApprovalLimit.objects.all()}
    totals = _exact_totals(lines)
    return totals is not None and all(
        (limit := limits.get(code)) is not None and total <= limit for code, total in totals.items()
    )
