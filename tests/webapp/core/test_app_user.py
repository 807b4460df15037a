"""The user that signs in: made by the owner, replaced without anybody noticing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from core.app_user import ensure_app_user
from tests.webapp import database

# Roles belong to the whole server, and to sign in they must be committed.
pytestmark = pytest.mark.django_db(transaction=True)

ROLE, FIRST, SECOND = "trial_app", "trial_app_1", "trial_app_2"


@pytest.fixture(autouse=True)
def _no_trial_roles_left() -> Iterator[None]:
    yield
    with database.as_owner() as cursor:
        for name in (FIRST, SECOND, ROLE):
            cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def make(name: str, password: str) -> None:
    with database.as_owner():
        ensure_app_user(role=ROLE, name=name, password=password)


def sign_in(name: str, password: str) -> psycopg.Connection[tuple[object, ...]]:
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=settings["NAME"],
        user=name,
        password=password,
    )


def ends_at(name: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nullif(rolvaliduntil, 'infinity') FROM pg_roles WHERE rolname = %s", [name]
        )
        end: datetime | None = cursor.fetchone()[0]
    return end


def test_signs_in_and_has_the_rights_of_its_role() -> None:
    make(FIRST, "a 'quoted' password")
    make(FIRST, "a 'quoted' password")

    with sign_in(FIRST, "a 'quoted' password") as session:
        found = session.execute("SELECT pg_has_role(%s, 'USAGE')", [ROLE]).fetchone()
    assert found == (True,)


def test_is_no_more_than_its_role() -> None:
    make(FIRST, "password")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname = ANY (%s)",
            [[ROLE, FIRST]],
        )
        assert set(cursor.fetchall()) == {(False,) * 5}


def test_a_new_user_leaves_the_old_one_a_day() -> None:
    make(FIRST, "old")
    make(SECOND, "new")

    with sign_in(FIRST, "old"), sign_in(SECOND, "new"):
        pass
    end = ends_at(FIRST)
    assert end is not None
    assert timedelta(hours=23) < end - timezone.now() <= timedelta(days=1)
    assert ends_at(SECOND) is None


def test_the_day_is_not_drawn_out_by_repeating() -> None:
    make(FIRST, "old")
    make(SECOND, "new")
    end = ends_at(FIRST)

    make(SECOND, "new")

    assert ends_at(FIRST) == end


def test_going_back_makes_the_old_one_the_current_one_again() -> None:
    make(FIRST, "old")
    make(SECOND, "new")

    make(FIRST, "old")

    assert ends_at(FIRST) is None
    assert ends_at(SECOND) is not None


def test_no_statement_holds_the_password() -> None:
    with database.as_owner(), CaptureQueriesContext(connection) as statements:
        ensure_app_user(role=ROLE, name=FIRST, password="never-written-down")

    said = " ".join(statement["sql"] for statement in statements)
    assert "SCRAM-SHA-256$" in said
    assert "never-written-down" not in said
