"""The cache that all processes share answers as Django's does, by fewer statements."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from unittest import mock

import pytest
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from core import shared_cache
from core.shared_cache import SharedCache

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[SharedCache, DatabaseCache])
def shared(request: pytest.FixtureRequest) -> DatabaseCache:
    """Ours, and the one whose place it takes."""
    made: DatabaseCache = request.param("shared_cache", {"OPTIONS": {"MAX_ENTRIES": 3}})
    return made


@pytest.fixture
def counted_each_time() -> Iterator[None]:
    with mock.patch.object(shared_cache, "WRITES_BETWEEN_COUNTS", 1):
        yield


def later(**span: float) -> "mock._patch[mock.Mock]":
    """As if so much time had passed for what reads and writes the cache."""
    at = timezone.now() + timedelta(**span)
    return mock.patch.multiple("django.core.cache.backends.db", tz_now=mock.Mock(return_value=at))


def test_is_the_one_in_use() -> None:
    assert isinstance(cache._connections["default"], SharedCache)  # type: ignore[attr-defined]


def test_keeps_what_was_set_last(shared: DatabaseCache) -> None:
    shared.set("key", [1, "二", None])
    shared.set("key", {"now": 2.5})

    assert shared.get("key") == {"now": 2.5}


def test_adds_once(shared: DatabaseCache) -> None:
    assert shared.add("lock", 1) is True
    assert shared.add("lock", 2) is False
    assert shared.get("lock") == 1


def test_adds_again_what_was_deleted(shared: DatabaseCache) -> None:
    shared.add("lock", 1)
    shared.delete("lock")

    assert shared.add("lock", 2) is True


def test_adds_again_what_is_over(shared: DatabaseCache) -> None:
    shared.add("lock", 1, timeout=-5)

    assert shared.get("lock") is None
    assert shared.add("lock", 2, timeout=30) is True
    assert shared.get("lock") == 2


def test_keeps_for_ever_what_has_no_end(shared: DatabaseCache) -> None:
    shared.set("key", 1, timeout=None)

    with later(days=100_000):
        assert shared.get("key") == 1


def test_forgets_at_the_end(shared: DatabaseCache) -> None:
    shared.set("key", 1, timeout=60)

    with later(seconds=50):
        assert shared.get("key") == 1
    with later(seconds=70):
        assert shared.get("key") is None


def test_may_be_prolonged(shared: DatabaseCache) -> None:
    shared.set("key", 1, timeout=10)

    assert shared.touch("key", 100) is True
    assert shared.touch("other", 100) is False
    with later(seconds=50):
        assert shared.get("key") == 1


@pytest.mark.usefixtures("counted_each_time")
def test_drops_what_is_too_much(shared: DatabaseCache) -> None:
    for number in range(20):
        shared.set(f"key-{number}", number)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_cache")
        assert cursor.fetchone()[0] <= 5


def test_counts_now_and_then_only() -> None:
    shared = SharedCache("shared_cache", {"OPTIONS": {"MAX_ENTRIES": 3}})
    with mock.patch.object(shared, "_drop_too_many") as looked:
        for number in range(2 * shared_cache.WRITES_BETWEEN_COUNTS):
            shared.set(f"key-{number % 7}", number)

    assert looked.call_count == 2


def test_asks_once_each_time(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shared = SharedCache("shared_cache", {})
    with (
        mock.patch.object(shared_cache, "WRITES_BETWEEN_COUNTS", 10**9),
        django_assert_num_queries(4),
    ):
        shared.add("lock", 1)
        shared.get("lock")
        shared.set("lock", 2)
        shared.delete("lock")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_adds() -> None:
    start, added = Barrier(8), []

    def add() -> None:
        try:
            start.wait()
            added.append(SharedCache("shared_cache", {}).add("lock", 1))
        finally:
            connection.close()

    threads = [Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [False] * 7 + [True]
