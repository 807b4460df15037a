"""The page of a user's rights: what is effective, where it comes from, and deciding about it."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import granting
from access.effective import name_of, rights_of
from access.labels import RIGHTS, right_label
from access.models import User
from access.roles import EVERY, Role
from tests.webapp.access.conftest import PermissionOf, fresh
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory

pytestmark = pytest.mark.django_db

MINE = reverse("admin:access_my_rights")
# Rights that no page asks for: Django makes four for each model.
WITHOUT_EFFECT = re.compile(
    r"(admin|contenttypes|sessions|account|mfa|usersessions|axes)\..*|"
    r"auth\.(.*_permission|(add|change|delete)_group)"
)


def address(user: User) -> str:
    return reverse("admin:access_user_rights", args=[user.pk])


def form_of(client: Any, user: User) -> dict[str, Any]:
    """What the page would post if nothing were changed."""
    form = client.get(address(user)).context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        data[name] = list(value) if isinstance(value, frozenset) else value
    return data


def decided(right: Permission, decision: str) -> dict[str, str]:
    return {f"right_{right.pk}": decision}


def right_of(user: User, name: str) -> Any:
    return next(right for kind in rights_of(user) for right in kind.rights if right.name == name)


class TestWhatIsShown:
    def test_says_where_each_right_comes_from(
        self, storekeeper: User, permission: PermissionOf
    ) -> None:
        storekeeper.groups.add(Group.objects.get(name=Role.GENERAL.value))
        storekeeper.user_permissions.add(permission("catalog.add_part"))
        storekeeper.denied_permissions.add(permission("stock.issue_stock"))

        view = right_of(storekeeper, "catalog.view_part")
        add = right_of(storekeeper, "catalog.add_part")
        issue = right_of(storekeeper, "stock.issue_stock")

        assert view.effective
        assert view.sources == ["role: Storekeeper", "role: General user"]
        assert (add.effective, add.sources) == (True, ["given singly"])
        assert not issue.effective
        assert issue.sources == ["role: Storekeeper", "denied singly"]

    @pytest.mark.parametrize("who", ["administrator", "storekeeper", "general", "root"])
    def test_agrees_with_what_is_enforced(
        self, who: str, request: pytest.FixtureRequest, permission: PermissionOf
    ) -> None:
        user: User = request.getfixturevalue(who)
        user.user_permissions.add(permission("catalog.add_part"))
        user.denied_permissions.add(permission("catalog.view_lot".replace("catalog", "stock")))

        for kind in rights_of(user):
            for right in kind.rights:
                assert right.effective == fresh(user).has_perm(right.name), right.name

    def test_names_a_superuser(self, root: User) -> None:
        assert right_of(root, "stock.issue_stock").sources == ["superuser: may do everything"]

    def test_shows_every_right_that_governs_something(self) -> None:
        names = {name_of(p) for p in Permission.objects.select_related("content_type")}
        unknown = {name for name in names - EVERY if not WITHOUT_EFFECT.fullmatch(name)}

        assert unknown == set(), (
            "Give these rights to a role in access/roles.py, or, if no page asks for them, leave "
            "them out by default_permissions of the model, or name them in WITHOUT_EFFECT."
        )

    def test_has_words_for_every_right(self) -> None:
        labels = {str(label) for label in RIGHTS.values()}
        shown = [p for p in Permission.objects.select_related("content_type")
                 if name_of(p) in EVERY]  # fmt: skip

        assert [name_of(p) for p in shown if right_label(p) not in labels] == []

    def test_asks_as_much_whatever_the_roles(
        self, administrator: User, general: User, deputy: User, client_of: ClientOf
    ) -> None:
        client = client_of(administrator)

        def queries(user: User) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address(user)).status_code == 200
            return len(captured)

        queries(general)
        assert queries(deputy) <= queries(general) <= 24


class TestMyRights:
    def test_are_open_to_everybody(
        self, outsider: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        nothing = client_of(outsider).get(MINE)
        something = client_of(storekeeper).get(MINE)

        assert "allowed" in something.content.decode()
        assert nothing.status_code == 200
        assert nothing.context["form"] is None

    def test_are_not_decided_about_by_oneself(
        self, administrator: User, client_of: ClientOf, permission: PermissionOf
    ) -> None:
        client = client_of(administrator)
        before = granting.rights_now(administrator)

        shown = client.get(address(administrator))
        client.post(address(administrator), {"roles": [], "seen": before.as_text()})

        assert "Nobody changes their own rights" in shown.content.decode()
        assert shown.context["form"] is None
        assert granting.rights_now(administrator) == before


class TestDeciding:
    def test_gives_and_denies_single_rights(
        self,
        administrator: User,
        storekeeper: User,
        client_of: ClientOf,
        permission: PermissionOf,
    ) -> None:
        client = client_of(administrator)
        data = form_of(client, storekeeper)
        data |= decided(permission("catalog.add_part"), "allow")
        data |= decided(permission("stock.issue_stock"), "deny")

        answer = client.post(address(storekeeper), data, follow=True)

        assert "They hold from now on" in answer.content.decode()
        assert fresh(storekeeper).has_perm("catalog.add_part")
        assert not fresh(storekeeper).has_perm("stock.issue_stock")

    def test_takes_effect_in_the_very_next_request_of_the_other(
        self,
        administrator: User,
        storekeeper: User,
        client_of: ClientOf,
        permission: PermissionOf,
    ) -> None:
        theirs, issue = client_of(storekeeper), reverse("admin:stock_issue")
        assert theirs.get(issue).status_code == 200
        client = client_of(administrator)

        data = form_of(client, storekeeper) | decided(permission("stock.issue_stock"), "deny")
        client.post(address(storekeeper), data)

        assert theirs.get(issue).status_code == 403

    def test_gives_roles_and_places(
        self, administrator: User, general: User, client_of: ClientOf
    ) -> None:
        shelf = LocationFactory.create()
        buyer = Group.objects.get(name=Role.BUYER.value)
        client = client_of(administrator)

        data = form_of(client, general) | {"roles": [buyer.pk], "locations": [shelf.pk]}
        client.post(address(general), data)

        assert list(general.groups.all()) == [buyer]
        assert list(general.locations.all()) == [shelf]

    def test_leaves_alone_what_is_not_decided(
        self, administrator: User, storekeeper: User, client_of: ClientOf, permission: PermissionOf
    ) -> None:
        storekeeper.user_permissions.add(permission("admin.view_logentry"))  # not on the page
        storekeeper.denied_permissions.add(permission("stock.issue_stock"))
        before = granting.rights_now(storekeeper)
        client = client_of(administrator)

        answer = client.post(address(storekeeper), form_of(client, storekeeper), follow=True)

        assert "Nothing was changed" in answer.content.decode()
        assert granting.rights_now(storekeeper) == before

    def test_offers_only_what_one_has(
        self, personnel: User, general: User, client_of: ClientOf, permission: PermissionOf
    ) -> None:
        client = client_of(personnel)
        data = form_of(client, general)
        issue = permission("stock.issue_stock")
        storekeeper = Group.objects.get(name=Role.STOREKEEPER.value)

        answer = client.post(
            address(general), data | decided(issue, "allow") | {"roles": [storekeeper.pk]}
        )

        assert f"right_{issue.pk}" not in data
        assert f"right_{permission('catalog.view_part').pk}" in data
        assert "roles" in answer.context["form"].errors
        assert not fresh(general).has_perm("stock.issue_stock")

    def test_says_that_somebody_else_was_faster(
        self, administrator: User, general: User, client_of: ClientOf, permission: PermissionOf
    ) -> None:
        client = client_of(administrator)
        data = form_of(client, general) | decided(permission("catalog.add_part"), "allow")
        general.user_permissions.add(permission("catalog.add_supplier"))

        answer = client.post(address(general), data)

        assert "Somebody else changed the rights" in answer.content.decode()
        assert not fresh(general).has_perm("catalog.add_part")

    @pytest.mark.parametrize("seen", ["", "x", "1/2", "1//x/"])
    def test_says_that_a_page_is_outdated(
        self, administrator: User, general: User, client_of: ClientOf, seen: str
    ) -> None:
        answer = client_of(administrator).post(address(general), {"seen": seen, "x": "1"})

        assert answer.context["form"].errors["seen"]

    def test_is_for_those_who_manage_users(
        self, auditor: User, general: User, client_of: ClientOf
    ) -> None:
        client = client_of(auditor)

        shown = client.get(address(general))
        posted = client.post(address(general), {"seen": "///"})

        assert shown.status_code == 200
        assert shown.context["form"] is None
        assert posted.status_code == 403

    def test_shows_why_nothing_can_be_decided_about_who_may_do_more(
        self, personnel: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        answer = client_of(personnel).get(address(storekeeper))

        assert "has rights that you do not have" in answer.content.decode()
        assert answer.context["form"] is None

    def test_is_closed_to_others(
        self, storekeeper: User, general: User, client_of: ClientOf
    ) -> None:
        assert client_of(storekeeper).get(address(general)).status_code == 403


def test_the_page_is_linked_from_the_list_and_the_account(
    administrator: User, general: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    for page in (
        reverse("admin:access_user_changelist"),
        reverse("admin:access_user_change", args=[general.pk]),
    ):
        assert f'href="{address(general)}"' in client.get(page).content.decode()


def test_my_rights_are_in_the_menu_of_the_user(general: User, client_of: ClientOf) -> None:
    answer = client_of(general).get(reverse("admin:index"))

    assert f'href="{MINE}"' in answer.content.decode()
