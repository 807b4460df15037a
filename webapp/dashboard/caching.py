"""Figures that are a few minutes old, so that a hundred people cost as much as one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.utils import timezone
from django.utils.connection import ConnectionProxy

from core.release import release

shared = ConnectionProxy(caches, DEFAULT_CACHE_ALIAS)
# Each process remembers what it read, so that not every page asks the database for it.
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

    @property
    def is_fresh(self) -> bool:
        return timezone.now() - self.as_of < FRESH_FOR


def a_few_minutes_old[T](name: str, compute: Callable[[], T]) -> Figure[T]:
    """The figure called `name`, computed again once it is older than ``FRESH_FOR``.

    Of all processes only the first to find it old computes; the others keep what there is.
    """
    key = f"dashboard:{name}:{release()}"
    known: Figure[T] | None = cache.get(key)
    if known and known.is_fresh:
        return known
    known = shared.get(key) or known
    if known is None:
        known = _computed(key, compute)
    elif not known.is_fresh:
        known = _computed_by_one(key, compute) or known
    cache.set(key, known, _KEPT_SECONDS)
    return known


def _computed[T](key: str, compute: Callable[[], T]) -> Figure[T]:
    now = timezone.now()
    figure = Figure(compute(), now)
    shared.set(key, figure, _KEPT_SECONDS)
    return figure


def _computed_by_one[T](key: str, compute: Callable[[], T]) -> Figure[T] | None:
    """Nothing while another request computes."""
    computing = f"{key}:computing"
    if not shared.add(computing, 1, _COMPUTING_SECONDS):
        return None
    try:
        return _computed(key, compute)
    finally:
        shared.delete(computing)
