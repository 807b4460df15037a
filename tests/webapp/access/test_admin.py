"""Users and roles in the admin: each write goes by the rules of the services."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.urls import reverse

from access import granting, guards
from access.errors import LastAdministratorError
from access.models import User
from access.roles import Role
from tests.webapp.access.conftest import PermissionOf, fresh
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory, PartFactory, line, receive

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a horse of another colour"
LIST = reverse("admin:access_user_changelist")


def page(name: str, user: User) -> str:
    return reverse(f"admin:{name}", args=[user.pk])


def details(user: User, **changed: str) -> dict[str, str]:
    """What the page of the user posts."""
    data = {
        "username": user.username,
        "last_name": user.last_name,
        "first_name": user.first_name,
        "email": user.email,
        "language": user.language,
        "is_active": "on" if user.is_active else "",
        **changed,
    }
    return {name: value for name, value in data.items() if value}


def new_user(*roles: Role, **extra: str) -> dict[str, object]:
    return {
        "username": "taro",
        "usable_password": "true",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
        "groups": [Group.objects.get(name=role.value).pk for role in roles],
        **extra,
    }


class TestAddingAUser:
    def test_gives_the_roles_and_asks_for_a_new_password(
        self, administrator: User, client_of: ClientOf
    ) -> None:
        address = reverse("admin:access_user_add")

        answer = client_of(administrator).post(address, new_user(Role.BUYER, Role.GENERAL))

        assert answer.status_code == 302
        taro = User.objects.get(username="taro")
        assert {group.name for group in taro.groups.all()} == {"buyer", "general"}
        assert taro.check_password(NEW_PASSWORD)
        assert taro.must_change_password
        assert taro.is_staff

    def test_makes_no_superuser_however_it_is_asked(
        self, administrator: User, client_of: ClientOf
    ) -> None:
        forged = new_user(is_superuser="on", user_permissions="1")

        client_of(administrator).post(reverse("admin:access_user_add"), forged)

        taro = User.objects.get(username="taro")
        assert not taro.is_superuser
        assert taro.get_all_permissions() == set()

    def test_says_at_the_field_which_rights_of_a_role_one_lacks(
        self, personnel: User, client_of: ClientOf
    ) -> None:
        answer = client_of(personnel).post(
            reverse("admin:access_user_add"), new_user(Role.STOREKEEPER)
        )

        assert answer.status_code == 200
        errors = answer.context["adminform"].form.errors
        assert "You cannot give what you do not have yourself" in errors["groups"][0]
        assert not User.objects.filter(username="taro").exists()


class TestChangingAUser:
    def test_stores_the_details_and_nothing_else(
        self, administrator: User, general: User, client_of: ClientOf
    ) -> None:
        forged = details(general, email="g@example.com", is_superuser="on", is_staff="")

        client_of(administrator).post(page("access_user_change", general), forged)

        changed = fresh(general)
        assert changed.email == "g@example.com"
        assert not changed.is_superuser
        assert changed.is_staff
        assert [group.name for group in changed.groups.all()] == ["general"]

    def test_is_refused_for_who_may_do_more(
        self, personnel: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        address = page("access_user_change", storekeeper)
        client = client_of(personnel)

        shown = client.get(address)
        answer = client.post(address, details(storekeeper, email="mine@example.com"))

        assert "has rights that you do not have" in shown.content.decode()
        assert answer.status_code == 403
        assert fresh(storekeeper).email == ""

    def test_does_not_offer_ones_own_marks(
        self, administrator: User, deputy: User, client_of: ClientOf
    ) -> None:
        address = page("access_user_change", administrator)

        client_of(administrator).post(address, details(administrator, is_active=""))

        assert fresh(administrator).is_active

    def test_keeps_the_last_administrator_active(
        self, administrator: User, personnel: User, permission: PermissionOf, client_of: ClientOf
    ) -> None:
        personnel.user_permissions.add(
            *Group.objects.get(name=Role.ADMINISTRATOR.value).permissions.all()
        )

        answer = client_of(personnel).post(
            page("access_user_change", administrator), details(administrator, is_active="")
        )

        assert (
            "last active administrator" in answer.context["adminform"].form.errors["is_active"][0]
        )
        assert fresh(administrator).is_active

    def test_says_what_the_database_refused_at_the_last_moment(
        self,
        administrator: User,
        personnel: User,
        client_of: ClientOf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Somebody else stopped being an administrator after the form was checked."""
        personnel.user_permissions.add(
            *Group.objects.get(name=Role.ADMINISTRATOR.value).permissions.all()
        )
        monkeypatch.setattr("access.forms.check_not_last", lambda user: None)

        answer = client_of(personnel).post(
            page("access_user_change", administrator),
            details(administrator, is_active=""),
            follow=True,
        )

        assert "last active administrator" in answer.content.decode()
        assert fresh(administrator).is_active

    def test_of_a_superuser_is_for_superusers(
        self, administrator: User, root: User, client_of: ClientOf
    ) -> None:
        for name in ("access_user_change", "access_user_rights", "auth_user_password_change"):
            answer = client_of(administrator).get(page(name, root))

            assert answer.status_code in (302, 404), name


class TestAPasswordForSomebodyElse:
    def data(self) -> dict[str, str]:
        return {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
                "set-password": "1"}  # fmt: skip

    def test_has_to_be_changed(
        self, administrator: User, general: User, client_of: ClientOf
    ) -> None:
        answer = client_of(administrator).post(
            page("auth_user_password_change", general), self.data()
        )

        assert answer.status_code == 302
        assert fresh(general).check_password(NEW_PASSWORD)
        assert fresh(general).must_change_password

    def test_is_refused_for_who_may_do_more(
        self, personnel: User, administrator: User, client_of: ClientOf
    ) -> None:
        answer = client_of(personnel).post(
            page("auth_user_password_change", administrator), self.data()
        )

        assert answer.status_code == 403
        assert not fresh(administrator).check_password(NEW_PASSWORD)

    def test_is_not_for_oneself(self, administrator: User, client_of: ClientOf) -> None:
        answer = client_of(administrator).post(
            page("auth_user_password_change", administrator), self.data()
        )

        assert answer.headers["Location"] == reverse("admin:password_change")
        assert not fresh(administrator).check_password(NEW_PASSWORD)


class TestDeletingAUser:
    def test_is_refused_with_the_reason_once_work_was_recorded(
        self, administrator: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        receive(line(PartFactory.create(), LocationFactory.create(), 5), by=storekeeper)
        address = page("access_user_delete", storekeeper)

        answer = client_of(administrator).post(address, {"post": "yes"}, follow=True)

        assert "work was recorded under this name" in answer.content.decode()
        assert User.objects.filter(pk=storekeeper.pk).exists()

    def test_deletes_sessions_and_second_factor_with_the_account(
        self, administrator: User, outsider: User, client_of: ClientOf
    ) -> None:
        UserSession.objects.create(user=outsider, ip="192.0.2.17", session_key="x")
        Authenticator.objects.create(user=outsider, type=Authenticator.Type.TOTP, data={})

        client_of(administrator).post(page("access_user_delete", outsider), {"post": "yes"})

        assert not User.objects.filter(pk=outsider.pk).exists()
        assert not UserSession.objects.filter(ip="192.0.2.17").exists()

    def test_deletes_who_recorded_nothing(
        self, administrator: User, outsider: User, client_of: ClientOf
    ) -> None:
        client_of(administrator).post(page("access_user_delete", outsider), {"post": "yes"})

        assert not User.objects.filter(pk=outsider.pk).exists()

    def test_is_refused_for_oneself_and_for_who_may_do_more(
        self, administrator: User, deputy: User, personnel: User, client_of: ClientOf
    ) -> None:
        own = client_of(administrator).post(
            page("access_user_delete", administrator), {"post": "yes"}
        )
        above = client_of(personnel).post(page("access_user_delete", deputy), {"post": "yes"})

        assert (own.status_code, above.status_code) == (403, 403)
        assert User.objects.filter(pk__in=[administrator.pk, deputy.pk]).count() == 2

    def test_of_many_names_those_that_stay(
        self, personnel: User, storekeeper: User, outsider: User, client_of: ClientOf
    ) -> None:
        chosen = [storekeeper.pk, outsider.pk, personnel.pk]
        data = {"action": "delete_selected", "_selected_action": chosen}
        client = client_of(personnel)

        asked = client.post(LIST, data)
        client.post(LIST, {**data, "post": "yes"})

        text = asked.content.decode()
        assert "has rights that you do not have" in text
        assert "Nobody changes their own rights" in text
        assert User.objects.filter(pk__in=chosen).count() == 3

    def test_of_many_deletes_all_that_may_go(
        self, administrator: User, outsider: User, general: User, client_of: ClientOf
    ) -> None:
        chosen = [outsider.pk, general.pk]

        client_of(administrator).post(
            LIST, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
        )

        assert not User.objects.filter(pk__in=chosen).exists()

    def test_of_many_says_what_the_service_refused(
        self,
        administrator: User,
        outsider: User,
        client_of: ClientOf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(**kwargs: object) -> None:
            raise LastAdministratorError("Not this one.")

        monkeypatch.setattr("access.people.delete", refuse)

        answer = client_of(administrator).post(
            LIST,
            {"action": "delete_selected", "_selected_action": [outsider.pk], "post": "yes"},
            follow=True,
        )

        assert "Not this one." in answer.content.decode()


def test_a_role_shows_its_rights_in_words(administrator: User, client_of: ClientOf) -> None:
    [group] = administrator.groups.all()

    answer = client_of(administrator).get(reverse("admin:auth_group_change", args=[group.pk]))

    assert "Stock movements: view, receive, issue, transfer, take stock, correct" in (
        answer.content.decode()
    )


def test_who_manages_users_at_some_places_does_not_touch_people_elsewhere(
    administrator: User, deputy: User, general: User, client_of: ClientOf
) -> None:
    granting.limit_locations(user=deputy, locations=[LocationFactory.create()], by=administrator)

    answer = client_of(fresh(deputy)).post(
        page("access_user_change", general), details(general, email="mine@example.com")
    )

    assert answer.status_code == 403
    assert guards.administrators().count() == 2
