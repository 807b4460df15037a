"""Giving and taking rights: nobody rises above themselves."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group

from access import granting
from access.errors import (
    BeyondOwnRightsError,
    LastAdministratorError,
    OwnRightsError,
    RightsChangedError,
)
from access.models import User
from access.roles import Role
from audit.context import acting
from audit.models import AuditEntry
from core.permissions import MissingRightError
from tests.webapp.access.conftest import PermissionOf, fresh
from tests.webapp.factories import LocationFactory

pytestmark = pytest.mark.django_db


def role(name: Role) -> Group:
    return Group.objects.get(name=name.value)


class TestAnAdministrator:
    def test_gives_a_single_right(
        self, administrator: User, general: User, permission: PermissionOf
    ) -> None:
        granting.grant(
            user=general, permissions=[permission("stock.issue_stock")], by=administrator
        )

        assert fresh(general).has_perm("stock.issue_stock")

    def test_denies_a_single_right_and_leaves_it_to_the_roles_again(
        self, administrator: User, storekeeper: User, permission: PermissionOf
    ) -> None:
        issue = permission("stock.issue_stock")

        granting.deny(user=storekeeper, permissions=[issue], by=administrator)
        assert not fresh(storekeeper).has_perm("stock.issue_stock")

        granting.leave_to_roles(user=storekeeper, permissions=[issue], by=administrator)
        assert fresh(storekeeper).has_perm("stock.issue_stock")

    def test_giving_what_was_denied_ends_the_denial(
        self, administrator: User, general: User, permission: PermissionOf
    ) -> None:
        issue = permission("stock.issue_stock")
        granting.deny(user=general, permissions=[issue], by=administrator)

        granting.grant(user=general, permissions=[issue], by=administrator)

        assert fresh(general).has_perm("stock.issue_stock")
        assert general.denied_permissions.count() == 0

    def test_gives_roles_and_places(self, administrator: User, general: User) -> None:
        shelf = LocationFactory.create()

        granting.set_roles(
            user=general, roles=[role(Role.BUYER), role(Role.STOREKEEPER)], by=administrator
        )
        granting.limit_locations(user=general, locations=[shelf], by=administrator)

        assert {group.name for group in general.groups.all()} == {"buyer", "storekeeper"}
        assert list(general.locations.all()) == [shelf]

    def test_is_told_if_somebody_else_was_faster(
        self, administrator: User, deputy: User, general: User, permission: PermissionOf
    ) -> None:
        seen = granting.rights_now(general)
        granting.set_roles(user=general, roles=[role(Role.BUYER)], by=deputy)

        with pytest.raises(RightsChangedError, match="meanwhile"):
            granting.change_rights(
                user=general, wanted=replace(seen, roles=frozenset()), seen=seen, by=administrator
            )

        assert [group.name for group in general.groups.all()] == ["buyer"]


class TestNobody:
    @pytest.mark.parametrize("what", ["roles", "granted", "denied", "locations"])
    def test_changes_their_own_rights(
        self, administrator: User, deputy: User, permission: PermissionOf, what: str
    ) -> None:
        own: dict[str, Any] = {
            "roles": frozenset({role(Role.BUYER).pk}),
            "granted": frozenset({permission("stock.issue_stock").pk}),
            "denied": frozenset({permission("stock.issue_stock").pk}),
            "locations": frozenset({LocationFactory.create().pk}),
        }
        wanted = replace(granting.rights_now(administrator), **{what: own[what]})

        with pytest.raises(OwnRightsError, match="own rights"):
            granting.change_rights(user=administrator, wanted=wanted, by=administrator)

    def test_gives_rights_without_the_right_to_manage_users(
        self, storekeeper: User, general: User, permission: PermissionOf
    ) -> None:
        with pytest.raises(MissingRightError) as caught:
            granting.grant(
                user=general, permissions=[permission("stock.issue_stock")], by=storekeeper
            )

        assert caught.value.permissions == ("access.change_user",)

    def test_gives_a_role_with_rights_that_they_lack(self, personnel: User, general: User) -> None:
        with pytest.raises(BeyondOwnRightsError, match="Stock movements: receive"):
            granting.set_roles(user=general, roles=[role(Role.STOREKEEPER)], by=personnel)

        assert [group.name for group in general.groups.all()] == ["general"]

    def test_gives_a_single_right_that_they_lack(
        self, personnel: User, general: User, permission: PermissionOf
    ) -> None:
        with pytest.raises(BeyondOwnRightsError, match="cannot give"):
            granting.grant(
                user=general, permissions=[permission("stock.issue_stock")], by=personnel
            )

    def test_gives_a_right_that_is_denied_to_them(
        self, administrator: User, deputy: User, general: User, permission: PermissionOf
    ) -> None:
        issue = permission("stock.issue_stock")
        granting.deny(user=deputy, permissions=[issue], by=administrator)

        with pytest.raises(BeyondOwnRightsError, match="Stock movements: issue"):
            granting.grant(user=general, permissions=[issue], by=fresh(deputy))
        with pytest.raises(BeyondOwnRightsError):
            granting.set_roles(user=general, roles=[role(Role.STOREKEEPER)], by=fresh(deputy))

    def test_denies_what_they_lack(
        self, personnel: User, general: User, permission: PermissionOf
    ) -> None:
        with pytest.raises(BeyondOwnRightsError, match="deny only"):
            granting.deny(user=general, permissions=[permission("stock.issue_stock")], by=personnel)

    def test_ends_the_denial_of_what_they_lack(
        self, administrator: User, personnel: User, general: User, permission: PermissionOf
    ) -> None:
        issue = permission("stock.issue_stock")
        granting.deny(user=general, permissions=[issue], by=administrator)

        with pytest.raises(BeyondOwnRightsError, match="cannot give"):
            granting.leave_to_roles(user=general, permissions=[issue], by=personnel)

    def test_touches_the_account_of_somebody_with_more_rights(
        self, personnel: User, storekeeper: User
    ) -> None:
        with pytest.raises(BeyondOwnRightsError, match="has rights that you do not have"):
            granting.set_roles(user=storekeeper, roles=[], by=personnel)

    def test_touches_an_inactive_account_that_has_more_rights_once_it_is_active(
        self, personnel: User, storekeeper: User
    ) -> None:
        User.objects.filter(pk=storekeeper.pk).update(is_active=False)

        with pytest.raises(BeyondOwnRightsError):
            granting.set_roles(user=fresh(storekeeper), roles=[], by=personnel)

    def test_but_a_superuser_touches_superusers(self, administrator: User, root: User) -> None:
        with pytest.raises(BeyondOwnRightsError, match="may do everything"):
            granting.set_roles(user=root, roles=[], by=administrator)

    def test_who_works_at_some_places_decides_about_people_elsewhere(
        self, administrator: User, deputy: User, general: User
    ) -> None:
        hall = LocationFactory.create(name_en="Hall")
        shelf = LocationFactory.create(name_en="Shelf", parent=hall)
        yard = LocationFactory.create(name_en="Yard")
        granting.limit_locations(user=deputy, locations=[hall], by=administrator)
        limited = fresh(deputy)

        with pytest.raises(BeyondOwnRightsError, match="Hall"):  # works everywhere so far
            granting.limit_locations(user=general, locations=[shelf], by=limited)
        granting.limit_locations(user=general, locations=[hall], by=administrator)
        granting.limit_locations(user=general, locations=[shelf], by=limited)
        for elsewhere in ([yard], [shelf, yard], []):
            with pytest.raises(BeyondOwnRightsError):
                granting.limit_locations(user=general, locations=elsewhere, by=limited)

        assert list(general.locations.all()) == [shelf]


class TestTheLastAdministrator:
    def test_keeps_the_role(self, administrator: User, root: User) -> None:
        root.is_active = False
        root.save()

        with pytest.raises(LastAdministratorError, match="last active administrator"):
            granting.set_roles(user=administrator, roles=[], by=None)

        assert fresh(administrator).has_perm("access.change_user")

    def test_keeps_the_right_to_give_rights(
        self, administrator: User, permission: PermissionOf
    ) -> None:
        manage = permission("access.change_user")

        with pytest.raises(LastAdministratorError):
            granting.deny(user=administrator, permissions=[manage], by=None)

    def test_may_lose_both_once_there_is_another(
        self, administrator: User, deputy: User, permission: PermissionOf
    ) -> None:
        manage = permission("access.change_user")

        granting.deny(user=administrator, permissions=[manage], by=deputy)
        granting.set_roles(user=administrator, roles=[], by=deputy)

        with pytest.raises(LastAdministratorError):
            granting.set_roles(user=deputy, roles=[], by=None)


class TestTheAuditLog:
    def test_shows_each_change_as_one_of_the_user(
        self, administrator: User, general: User, permission: PermissionOf
    ) -> None:
        before = AuditEntry.objects.latest("pk").pk
        shelf = LocationFactory.create()

        with acting(administrator):
            granting.set_roles(user=general, roles=[role(Role.STOREKEEPER)], by=administrator)
            granting.grant(
                user=general, permissions=[permission("catalog.add_part")], by=administrator
            )
            granting.deny(
                user=general, permissions=[permission("stock.issue_stock")], by=administrator
            )
            granting.limit_locations(user=general, locations=[shelf], by=administrator)

        entries = AuditEntry.objects.filter(
            pk__gt=before, root_model="access.user", root_id=str(general.pk)
        )
        assert {(entry.model, entry.kind) for entry in entries} == {
            ("access.user_groups", "created"),
            ("access.user_groups", "deleted"),
            ("access.user_user_permissions", "created"),
            ("access.user_denied_permissions", "created"),
            ("access.user_locations", "created"),
        }
        assert {entry.actor_name for entry in entries} == {"administrator"}
