"""The numbers of the tiles: all that somebody may see, by one statement."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, tzinfo
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Part, StockStatus
from core.keys import COUNTED_ROWS
from core.rows import fetched
from dashboard.figures import moved_since
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal

type Rows = QuerySet[Any]


def _at_most(rows: Rows) -> Rows:
    """Of many rows a tile says that they are many."""
    return rows.order_by()[: COUNTED_ROWS + 1]


def _short(status: StockStatus) -> Callable[[], Rows]:
    return lambda: Part.objects.active().filter(status=status)


_COUNTED: Mapping[str, Callable[[], Rows]] = {
    "out": _short(StockStatus.OUT),
    "low": _short(StockStatus.LOW),
    "today": lambda: moved_since(timezone.localdate()),
    "late": lambda: _at_most(PurchaseOrder.objects.late()),
    "waiting": lambda: _at_most(PurchaseOrder.objects.waiting_for_approval()),
    "proposals": lambda: _at_most(ReorderProposal.objects.filter(state=ProposalState.OPEN)),
}


def counts(asked: Collection[str]) -> dict[str, int]:
    """By the names of what is counted; ``today`` is that of the user."""
    if not asked:
        return {}
    names = tuple(sorted(asked))
    sql, values = _statement(names, timezone.localdate(), timezone.get_current_timezone())
    (numbers,) = fetched(sql, values)
    return dict(zip(names, numbers, strict=True))


@lru_cache(maxsize=200)
def _statement(names: tuple[str, ...], _today: date, _zone: tzinfo) -> tuple[str, list[Any]]:
    """Made once a day for each set of rights: to make it takes as long as to have it answered."""
    branches = [_COUNTED[name]().values("pk").query.sql_with_params() for name in names]
    columns = ", ".join(f"(SELECT count(*) FROM ({sql}) AS found)" for sql, _values in branches)  # noqa: S608 - made by Django
    return f"SELECT {columns}", [value for _sql, values in branches for value in values]
