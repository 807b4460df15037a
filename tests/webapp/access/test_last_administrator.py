"""The database itself keeps one administrator: against two at once, and against psql."""

from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from access import granting, people
from access.errors import BeyondOwnRightsError, LastAdministratorError
from access.guards import LAST_ADMINISTRATOR, administrators
from access.models import User
from access.roles import Role
from core.permissions import MissingRightError
from tests.webapp.database import refused_by
from tests.webapp.threads import at_once


def run(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE access_user SET is_active = false",
            "UPDATE access_user SET is_active = false WHERE id = %(id)s",
            "DELETE FROM access_user_groups",
            "DELETE FROM access_user_groups WHERE user_id = %(id)s",
            (
                "UPDATE access_user_groups SET group_id = "
                "(SELECT id FROM auth_group WHERE name = 'buyer') WHERE user_id = %(id)s"
            ),
            (
                "INSERT INTO access_user_denied_permissions (user_id, permission_id) "
                "SELECT %(id)s, id FROM auth_permission WHERE codename = 'change_user'"
            ),
            "UPDATE auth_group SET name = 'managers' WHERE name = 'administrator'",
            (
                "DELETE FROM access_user_groups WHERE user_id = %(id)s; "
                "DELETE FROM access_user WHERE id = %(id)s"
            ),
        ],
    )
    def test_refuses_to_take_the_last_one(self, administrator: User, statement: str) -> None:
        with refused_by(LAST_ADMINISTRATOR):
            run(statement.replace("%(id)s", str(administrator.pk)))

    def test_lets_one_of_two_go(self, administrator: User, deputy: User) -> None:
        run("DELETE FROM access_user_groups WHERE user_id = %s", deputy.pk)

        assert list(administrators()) == [administrator]

    def test_counts_a_superuser(self, administrator: User, root: User) -> None:
        run("DELETE FROM access_user_groups WHERE user_id = %s", administrator.pk)

        with refused_by(LAST_ADMINISTRATOR):
            run("UPDATE access_user SET is_superuser = false WHERE id = %s", root.pk)

    def test_keeps_a_superuser_who_is_the_only_administrator(self, root: User) -> None:
        with refused_by(LAST_ADMINISTRATOR):
            run("DELETE FROM access_user WHERE id = %s", root.pk)

    def test_counts_nobody_who_is_inactive_or_to_whom_it_is_denied(
        self, administrator: User, deputy: User, root: User
    ) -> None:
        run("UPDATE access_user SET is_active = false WHERE id = %s", root.pk)
        run(
            "INSERT INTO access_user_denied_permissions (user_id, permission_id) "
            "SELECT %s, id FROM auth_permission WHERE codename = 'change_user'",
            deputy.pk,
        )

        with refused_by(LAST_ADMINISTRATOR):
            run("UPDATE access_user SET is_active = false WHERE id = %s", administrator.pk)

    def test_leaves_a_database_without_one_alone(self, general: User) -> None:
        run("UPDATE access_user SET is_active = false")
        run("DELETE FROM access_user_groups")

        assert not User.objects.filter(is_active=True).exists()


@pytest.mark.django_db(transaction=True)
class TestTwoAtTheSameMoment:
    @pytest.mark.parametrize("how", ["role", "active", "deleted", "denied"])
    def test_who_remove_each_other_leave_one(
        self, administrator: User, deputy: User, how: str
    ) -> None:
        calls = [
            partial(_remove, how, administrator, by=deputy),
            partial(_remove, how, deputy, by=administrator),
        ]

        outcome = at_once(calls)

        outcome.only_raised(LastAdministratorError, MissingRightError, BeyondOwnRightsError)
        assert len(outcome.results) == 1
        assert administrators().count() == 1

    def test_by_plain_statements_leave_one(self, administrator: User, deputy: User) -> None:
        statement = "UPDATE access_user SET is_active = false WHERE id = %s"

        outcome = at_once([partial(run, statement, user.pk) for user in (administrator, deputy)])

        assert len(outcome.errors) == 1
        assert administrators().count() == 1


def _remove(how: str, user: User, *, by: User) -> None:
    user, by = User.objects.get(pk=user.pk), User.objects.get(pk=by.pk)
    if not by.has_perm("access.change_user"):  # as the page asks before
        raise MissingRightError("access.change_user")
    if how == "role":
        others = Group.objects.filter(name=Role.BUYER.value)
        granting.set_roles(user=user, roles=others, by=by)
    elif how == "active":
        people.deactivate(user=user, by=by)
    elif how == "deleted":
        people.delete(users=[user], by=by)
    else:
        [manage] = by.groups.get().permissions.filter(codename="change_user")
        granting.deny(user=user, permissions=[manage], by=by)
