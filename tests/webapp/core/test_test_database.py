"""The tests' own footing: without it every test of a right or a guard would prove nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection

from access.models import User
from access.roles import PERMISSIONS, Role
from tests.webapp.database import APP_ROLE, as_owner


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
class TestRole:
    def test_is_the_applications(self) -> None:
        assert current_role() == APP_ROLE

    def test_is_the_owners_only_inside_the_block(self) -> None:
        with as_owner() as cursor:
            cursor.execute(
                "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class "
                "WHERE relname = 'stock_stockmovement'"
            )
            assert cursor.fetchone() == (True,)

        assert current_role() == APP_ROLE

    def test_is_the_applications_again_after_an_error_of_the_owner(self) -> None:
        with pytest.raises(ZeroDivisionError), as_owner():
            raise ZeroDivisionError

        assert current_role() == APP_ROLE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "second"])
class TestFlush:
    def test_leaves_the_roles_and_nothing_else(self, run: str, storekeeper: User) -> None:
        assert current_role() == APP_ROLE
        assert [user.username for user in User.objects.all()] == ["storekeeper"]
        assert {group.name for group in Group.objects.all()} == {role.value for role in Role}
        assert Permission.objects.filter(group__name="administrator").count() == len(
            PERMISSIONS[Role.ADMINISTRATOR]
        )
        assert storekeeper.has_perm("stock.issue_stock")
