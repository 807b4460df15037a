"""Preparing a database: repeatable, one at a time, never behind the back of newer code."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection

from access.roles import Role
from core.preparation import one_at_a_time, unknown_migrations
from tests.webapp import database
from tests.webapp.threads import at_once

pytestmark = pytest.mark.django_db


def prepare(*options: str) -> str:
    said = StringIO()
    with database.as_owner():
        call_command("prepare_database", *options, stdout=said)
    return said.getvalue()


class TestPrepareDatabase:
    def test_can_be_repeated(self) -> None:
        first = prepare()

        assert prepare() == first
        assert Group.objects.filter(name=Role.STOREKEEPER).exists()

    def test_refuses_a_database_of_newer_code_where_asked_to(self) -> None:
        with database.as_owner() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) "
                "VALUES ('stock', '9999_tomorrow', now())"
            )

        assert unknown_migrations() == ["stock.9999_tomorrow"]
        with pytest.raises(CommandError, match=r"stock\.9999_tomorrow"):
            prepare("--refuse-newer")
        assert "storekeeper" in prepare()


@pytest.mark.django_db(transaction=True)
def test_prepares_one_at_a_time() -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter() -> None:
        with one_at_a_time():
            inside.append(1)
            most.append(len(inside))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
            inside.pop()

    at_once([enter] * 4)

    assert max(most) == 1
