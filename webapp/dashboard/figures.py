"""The questions that the dashboard asks of the database.

None counts or sums the ledger as a whole: statuses and totals stand on the parts, and
movements are reached by the index on the time they happened.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from catalog.models import Part
from core.rows import fetched
from dashboard.caching import a_few_minutes_old
from stock.models import StockMovement
from stock.models.ledger import Kind

CHART_DAYS = 30


def active_parts() -> int:
    """How many there are, as it was a few minutes ago."""
    return a_few_minutes_old("active_parts", Part.objects.active().count).value


@dataclass(frozen=True, kw_only=True)
class Days:
    """Movements per day, oldest first; `counts` has a list as long as `days` for each kind."""

    days: list[date]
    counts: dict[Kind, list[int]]

    @property
    def totals(self) -> dict[Kind, int]:
        return {kind: sum(counts) for kind, counts in self.counts.items()}

    @property
    def is_empty(self) -> bool:
        return not any(self.totals.values())


def movements_by_day() -> Days:
    """The last ``CHART_DAYS`` days up to today, days without movements included."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    position = {day: index for index, day in enumerate(days)}
    counts = {kind: [0] * CHART_DAYS for kind in Kind}
    rows = (
        moved_since(days[0])
        .order_by()
        .values_list(TruncDate("occurred_at"), "kind")
        .annotate(movements=Count("*"))
    )
    for day, kind, count in rows:
        # A client's clock may be a few minutes ahead of midnight.
        counts[Kind(kind)][position[min(day, today)]] += count
    return Days(days=days, counts=counts)


def moved_since(day: date) -> QuerySet[StockMovement]:
    """Movements since a day began where the user is; both sides of a transfer, or of its
    correction, are one."""
    # Looked up for the few corrections only: a join would read the whole ledger.
    reverses = StockMovement.objects.filter(pk=OuterRef("reverses_id")).values("kind")
    of_correction = When(kind=Kind.CORRECTION, quantity__gt=0, then=Subquery(reverses))
    return (
        StockMovement.objects.filter(occurred_at__gte=start_of(day))
        .exclude(kind=Kind.TRANSFER, quantity__gt=0)
        .alias(kind_reversed=Case(of_correction, default=Value("")))
        .exclude(kind_reversed=Kind.TRANSFER)
    )


def start_of(day: date) -> datetime:
    """Midnight in the user's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


class Verified(NamedTuple):
    """A verification of the ledger, and how it ended."""

    pk: int
    finished_at: datetime
    movements: int
    difference_count: int


@dataclass(frozen=True, kw_only=True)
class LedgerState:
    """What the last verification said, and whether somebody must act."""

    last: Verified | None
    is_old: bool
    hours_allowed: int


def ledger_state() -> LedgerState:
    """The last verification, judged by its age and its result."""
    found = fetched(
        "SELECT id, finished_at, movements, difference_count FROM stock_ledgerverification "
        "ORDER BY finished_at DESC LIMIT 1"
    )
    last = Verified(*found[0]) if found else None
    hours = settings.LEDGER_VERIFICATION_MAX_AGE_HOURS
    is_old = last is not None and timezone.now() - last.finished_at > timedelta(hours=hours)
    return LedgerState(last=last, is_old=is_old, hours_allowed=hours)
