"""What a user may do: roles and single rights, less those that are denied."""

import asyncio

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.backends import RightsBackend
from access.models import User
from tests.webapp.access.conftest import PermissionOf, fresh
from tests.webapp.cast import PASSWORD

pytestmark = pytest.mark.django_db

ISSUE = "stock.issue_stock"
backend = RightsBackend()


class TestRights:
    def test_come_from_roles_and_from_single_grants(
        self, general: User, permission: PermissionOf
    ) -> None:
        general.user_permissions.add(permission(ISSUE))

        assert general.has_perm(ISSUE)
        assert general.get_user_permissions() == {ISSUE}
        assert "catalog.view_part" in general.get_group_permissions()
        assert general.get_all_permissions() == {ISSUE, *general.get_group_permissions()}

    def test_that_are_denied_are_gone_wherever_they_come_from(
        self, storekeeper: User, permission: PermissionOf
    ) -> None:
        storekeeper.user_permissions.add(permission("catalog.add_part"))
        storekeeper.denied_permissions.add(permission(ISSUE), permission("catalog.add_part"))

        assert not storekeeper.has_perm(ISSUE)
        assert not storekeeper.has_perm("catalog.add_part")
        assert storekeeper.get_user_permissions() == set()
        assert ISSUE not in storekeeper.get_group_permissions()
        assert ISSUE not in storekeeper.get_all_permissions()
        assert storekeeper.has_perm("stock.receive_stock")

    def test_of_a_whole_application_go_with_the_last_of_them(
        self, outsider: User, permission: PermissionOf
    ) -> None:
        outsider.user_permissions.add(permission(ISSUE))
        assert fresh(outsider).has_module_perms("stock")

        outsider.denied_permissions.add(permission(ISSUE))

        assert not fresh(outsider).has_module_perms("stock")

    def test_of_a_superuser_cannot_be_denied(self, root: User, permission: PermissionOf) -> None:
        root.denied_permissions.add(permission(ISSUE))

        assert root.has_perm(ISSUE)
        assert ISSUE in root.get_all_permissions()

    def test_of_an_inactive_account_are_none(self, storekeeper: User) -> None:
        storekeeper.is_active = False

        assert storekeeper.get_all_permissions() == set()
        assert not storekeeper.has_perm(ISSUE)

    def test_about_single_objects_do_not_exist(self, storekeeper: User) -> None:
        assert not storekeeper.has_perm(ISSUE, obj=storekeeper)

    def test_are_the_same_for_asynchronous_code(
        self, storekeeper: User, permission: PermissionOf
    ) -> None:
        storekeeper.denied_permissions.add(permission(ISSUE))
        expected = storekeeper.get_all_permissions()

        async def ask(user: User) -> tuple[set[str], bool]:
            return await user.aget_all_permissions(), await user.ahas_perm(ISSUE)

        assert asyncio.run(ask(storekeeper)) == (expected, False)

    def test_cost_one_query_a_request(self, storekeeper: User) -> None:
        with CaptureQueriesContext(connection) as captured:
            storekeeper.has_perm(ISSUE)
            storekeeper.has_perm("stock.receive_stock")
            storekeeper.has_module_perms("stock")
            storekeeper.get_group_permissions()

        assert len(captured) == 1


class TestWithPerm:
    def test_finds_those_who_have_the_right(
        self, storekeeper: User, buyer: User, root: User, permission: PermissionOf
    ) -> None:
        buyer.user_permissions.add(permission(ISSUE))

        assert set(backend.with_perm(ISSUE)) == {storekeeper, buyer, root}
        assert set(backend.with_perm(ISSUE, include_superusers=False)) == {storekeeper, buyer}

    @pytest.mark.parametrize("as_object", [True, False])
    def test_leaves_out_those_to_whom_it_is_denied(
        self, storekeeper: User, buyer: User, permission: PermissionOf, as_object: bool
    ) -> None:
        buyer.user_permissions.add(permission(ISSUE))
        storekeeper.denied_permissions.add(permission(ISSUE))
        buyer.denied_permissions.add(permission("stock.receive_stock"))

        found = backend.with_perm(permission(ISSUE) if as_object else ISSUE)

        assert set(found) == {buyer}

    def test_agrees_with_has_perm(self, storekeeper: User, permission: PermissionOf) -> None:
        storekeeper.denied_permissions.add(permission(ISSUE))

        for name in (ISSUE, "stock.receive_stock", "catalog.add_part"):
            assert (storekeeper in backend.with_perm(name)) == fresh(storekeeper).has_perm(name)


def test_people_sign_in_by_this_backend(storekeeper: User) -> None:
    assert "access.backends.RightsBackend" in settings.AUTHENTICATION_BACKENDS
    assert "django.contrib.auth.backends.ModelBackend" not in settings.AUTHENTICATION_BACKENDS
    assert backend.authenticate(None, username="storekeeper", password=PASSWORD) == storekeeper


class TestWhoIsSignedIn:
    def test_is_the_user_with_all_that_is_kept(self, storekeeper: User) -> None:
        found = backend.get_user(storekeeper.pk)

        assert found is not None
        kept = User.objects.get(pk=storekeeper.pk)
        for field in User._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(kept, field.attname)
        assert not found._state.adding

    def test_is_nobody_once_the_account_is_inactive_or_gone(self, storekeeper: User) -> None:
        User.objects.filter(pk=storekeeper.pk).update(is_active=False)

        assert backend.get_user(storekeeper.pk) is None
        assert backend.get_user(0) is None
