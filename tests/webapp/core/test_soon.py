"""What need not be safe on disk at once does not wait for it; all else does."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from core.sessions import SessionStore
from tests.webapp.database import as_owner
from tests.webapp.factories import LocationFactory

pytestmark = pytest.mark.django_db(transaction=True)

WATCHED = ("shared_cache", "django_session", "stock_location")


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    """Each commit notes whether it waits; all do that do not ask for less."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # tests need not wait otherwise
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE commits (waits text)")
        cursor.execute("GRANT ALL ON commits TO PUBLIC")
        cursor.execute("""
            CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO commits VALUES (current_setting('synchronous_commit'));
                RETURN NULL;
            END $$
        """)
        for table in WATCHED:
            cursor.execute(
                f"CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT OR UPDATE ON {table} "
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()"
            )
    yield
    with as_owner() as cursor:
        cursor.execute("DROP FUNCTION note_commit CASCADE")
        cursor.execute("DROP TABLE commits")
        cursor.execute("RESET synchronous_commit")


def commits() -> list[str]:
    """Of those since the last question, whether they waited."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM commits RETURNING waits")
        return [waits for (waits,) in cursor.fetchall()]


def test_what_is_counted_for_some_minutes_does_not_wait() -> None:
    cache.set("attempts", 1)
    cache.add("lock", 1)

    assert commits() == ["off", "off"]


def test_a_session_waits_when_it_begins_and_not_when_it_goes_on() -> None:
    session = SessionStore()
    session["shelf"] = "3"
    session.save()
    assert commits() == ["on"]

    session["shelf"] = "4"
    session.save()
    assert commits() == ["off"]


def test_what_comes_after_it_waits() -> None:
    cache.set("attempts", 1)
    LocationFactory.create()

    assert "on" in commits()[1:]


def test_what_is_written_together_with_it_waits() -> None:
    with transaction.atomic():
        cache.set("attempts", 1)
        LocationFactory.create()

    assert set(commits()) == {"on"}
