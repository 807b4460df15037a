"""Figures that are a few minutes old, so that a hundred people cost as much as one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import caches
from django.utils import timezone
from django.utils.connection import ConnectionProxy

# Of each process: a figure worked out twice costs less than asking the database for it each time.
cache = ConnectionProxy(caches, "local")
FRESH_FOR = timedelta(minutes=5)
# While one request computes afresh, the others are served this.
_KEPT_SECONDS = 60 * 60
# When the process that computes is killed, another may try after this.
_COMPUTING_SECONDS = 30


@dataclass(frozen=True)
class Figure[T]:
    """What was computed, and when."""

    value: T
    as_of: datetime


def a_few_minutes_old[T](name: str, compute: Callable[[], T]) -> Figure[T]:
    """The figure called `name`, computed again once it is older than ``FRESH_FOR``.

    Only the first request to find it old computes; the others keep what there is.
    """
    key = f"dashboard:{name}"
    known: Figure[T] | None = cache.get(key)
    now = timezone.now()
    if known and now - known.as_of < FRESH_FOR:
        return known
    if known and not cache.add(f"{key}:computing", 1, _COMPUTING_SECONDS):
        return known
    try:
        figure = Figure(compute(), now)
        cache.set(key, figure, _KEPT_SECONDS)
    finally:
        cache.delete(f"{key}:computing")
    return figure
