"""What orders cost, per currency, and what the limits say to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, Sum

from core.currencies import shown
from purchasing.models import ApprovalLimit, OrderLine


@dataclass(frozen=True)
class Amounts:
    """The sum of each currency, and how many lines have no price."""

    totals: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0

    def __str__(self) -> str:
        return " + ".join(shown(total, code) for code, total in sorted(self.totals.items()))


def amounts_of(lines: Iterable[OrderLine]) -> Amounts:
    """Of lines that are loaded."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    unpriced = 0
    for line in lines:
        if line.unit_price is None:
            unpriced += 1
        else:
            totals[line.currency] += line.quantity * line.unit_price
    return Amounts(dict(totals), unpriced)


def amounts_of_orders(ids: Collection[int]) -> dict[int, Amounts]:
    """Of many orders by one query; orders without lines are left out."""
    rows = (
        OrderLine.objects.filter(order__in=ids)
        .order_by()
        .values_list("order_id", "currency")
        .annotate(total=Sum("amount"), unpriced=Count("pk", filter=Q(unit_price=None)))
    )
    found: dict[int, Amounts] = {}
    for order_id, currency, total, unpriced in rows:
        before = found.get(order_id, Amounts())
        totals = dict(before.totals)
        if total is not None:
            totals[currency] = total
        found[order_id] = Amounts(totals, before.unpriced + unpriced)
    return found


def needs_second_person(lines: Iterable[OrderLine]) -> bool:
    """Whether somebody who neither made nor changed the order must approve it.

    Where no limit is set, nobody; where one is, everything that cannot be judged by it too.
    """
    limits = {limit.currency: limit.second_person_above for limit in ApprovalLimit.objects.all()}
    if all(limit is None for limit in limits.values()):
        return False
    amounts = amounts_of(lines)
    return amounts.unpriced > 0 or any(
        code not in limits or ((limit := limits[code]) is not None and total > limit)
        for code, total in amounts.totals.items()
    )


def may_approve_itself(lines: Iterable[OrderLine]) -> bool:
    """Whether an automatic order is small enough to need no person."""
    limits = {limit.currency: limit.automatic_up_to for limit in ApprovalLimit.objects.all()}
    amounts = amounts_of(lines)
    return amounts.unpriced == 0 and all(
        (limit := limits.get(code)) is not None and total <= limit
        for code, total in amounts.totals.items()
    )
