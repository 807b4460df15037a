"""The questions that the dashboard asks of the database.

None counts or sums the ledger as a whole: statuses and totals stand on the parts, and
movements are reached by the index on the time they happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from catalog.models import Part, StockStatus
from dashboard.caching import a_few_minutes_old
from stock.models import LedgerVerification, StockMovement
from stock.models.ledger import Kind

CHART_DAYS = 30
ROWS = 10


@dataclass(frozen=True, kw_only=True)
class PartCounts:
    """Active parts, by what is left of them; in all as they were a few minutes ago."""

    out: int
    low: int
    total: int


def count_parts() -> PartCounts:
    """How many active parts are out, low, and there at all."""
    # Count("*"), and not of a column, can be answered by the index alone.
    short = Part.objects.active().filter(status__in=[StockStatus.OUT, StockStatus.LOW])
    by_status = short.order_by().values("status").annotate(parts=Count("*"))
    counts = dict(by_status.values_list("status", "parts"))
    total = a_few_minutes_old("active_parts", Part.objects.active().count).value
    return PartCounts(
        out=counts.get(StockStatus.OUT, 0),
        low=counts.get(StockStatus.LOW, 0),
        total=max(total, sum(counts.values())),
    )


def needed_parts() -> Sequence[Part]:
    """The most urgent of what is low or out.

    First what is out and needed, then what is scarcest against its reorder point; what is out
    and has no reorder point comes last, because nobody said that it is needed. Asked one after
    the other, and only while there is room: the first is answered by the index on the status,
    where one order for all would sort every part that is low or out.
    """
    active = Part.objects.active().only(
        "number", "name_ja", "name_en", "unit", "on_hand", "on_order", "reorder_point", "status"
    )
    out = active.filter(status=StockStatus.OUT).order_by("number")
    low = active.filter(status=StockStatus.LOW)
    found: list[Part] = []
    for wanted in (
        out.filter(reorder_point__gt=0),
        low.order_by(F("on_hand") / F("reorder_point"), "number"),
        out.filter(reorder_point=0),
    ):
        found += wanted[: ROWS - len(found)]
        if len(found) == ROWS:
            break
    return found


def latest_movements() -> Sequence[StockMovement]:
    """What was recorded last, with what a line of the list names."""
    return list(
        StockMovement.objects.select_related("part", "location", "actor")
        .only("kind", "quantity", "reason", "occurred_at", "posted_at",
              "part__number", "part__name_ja", "part__name_en", "part__unit",
              "location__path", "location__path_ja", "location__name_ja", "location__name_en",
              "actor__username", "actor__first_name", "actor__last_name")
        .order_by("-pk")[:ROWS]
    )  # fmt: skip


def movements_today() -> int:
    """How many movements happened since midnight."""
    return _happened_since(timezone.localdate()).count()


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
        _happened_since(days[0])
        .order_by()
        .values_list(TruncDate("occurred_at"), "kind")
        .annotate(movements=Count("*"))
    )
    for day, kind, count in rows:
        # A client's clock may be a few minutes ahead of midnight.
        counts[Kind(kind)][position[min(day, today)]] += count
    return Days(days=days, counts=counts)


def _happened_since(day: date) -> QuerySet[StockMovement]:
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


@dataclass(frozen=True, kw_only=True)
class LedgerState:
    """What the last verification said, and whether somebody must act."""

    last: LedgerVerification | None
    is_old: bool
    hours_allowed: int


def ledger_state() -> LedgerState:
    """The last verification, judged by its age and its result."""
    last = LedgerVerification.objects.order_by("-finished_at").first()
    hours = settings.LEDGER_VERIFICATION_MAX_AGE_HOURS
    is_old = last is not None and timezone.now() - last.finished_at > timedelta(hours=hours)
    return LedgerState(last=last, is_old=is_old, hours_allowed=hours)
