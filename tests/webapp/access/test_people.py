"""Accounts: who makes, changes and ends them."""

import pytest
from django.contrib.auth.models import Group

from access import granting, people
from access.errors import (
    BeyondOwnRightsError,
    LastAdministratorError,
    OwnRightsError,
    WorkRecordedError,
)
from access.models import User
from access.roles import Role
from core.permissions import MissingRightError
from tests.webapp.access.conftest import fresh
from tests.webapp.factories import LocationFactory, PartFactory, line, receive

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a horse of another colour"


def create(by: User, *roles: Role, password: str | None = NEW_PASSWORD) -> User:
    groups = list(Group.objects.filter(name__in=[role.value for role in roles]))
    return people.create(user=User(username="taro"), password=password, roles=groups, by=by)


class TestCreating:
    def test_makes_an_account_whose_password_has_to_be_changed(self, administrator: User) -> None:
        taro = fresh(create(administrator, Role.STOREKEEPER))

        assert taro.check_password(NEW_PASSWORD)
        assert taro.must_change_password
        assert taro.is_staff
        assert not taro.is_superuser
        assert taro.has_perm("stock.issue_stock")

    def test_makes_no_superuser_however_it_is_asked(self, administrator: User) -> None:
        asked = User(username="taro", is_superuser=True)

        people.create(user=asked, password=None, roles=[], by=administrator)

        taro = fresh(asked)
        assert not taro.is_superuser
        assert not taro.has_usable_password()

    def test_asks_for_the_right(self, storekeeper: User) -> None:
        with pytest.raises(MissingRightError):
            create(storekeeper)

    def test_gives_no_role_with_more_rights(self, personnel: User) -> None:
        with pytest.raises(BeyondOwnRightsError, match="cannot give"):
            create(personnel, Role.STOREKEEPER)

        assert not User.objects.filter(username="taro").exists()

    def test_by_somebody_of_some_places_makes_somebody_of_these_places(
        self, administrator: User, deputy: User
    ) -> None:
        hall = LocationFactory.create()
        granting.limit_locations(user=deputy, locations=[hall], by=administrator)

        taro = create(fresh(deputy))

        assert list(taro.locations.all()) == [hall]


class TestChanging:
    def test_stores_the_details(self, administrator: User, general: User) -> None:
        general.email = "general@example.com"
        general.is_active = False

        people.change(user=general, by=administrator)

        assert fresh(general).email == "general@example.com"
        assert not fresh(general).is_active

    @pytest.mark.parametrize(
        ("field", "value"),
        [("username", "mine"), ("email", "mine@example.com"), ("is_active", False)],
    )
    def test_leaves_alone_who_may_do_more(
        self, personnel: User, storekeeper: User, field: str, value: object
    ) -> None:
        setattr(storekeeper, field, value)

        with pytest.raises(BeyondOwnRightsError):
            people.change(user=storekeeper, by=personnel)

        assert getattr(fresh(storekeeper), field) != value

    @pytest.mark.parametrize("mark", ["is_active", "must_change_password"])
    def test_leaves_ones_own_marks_to_others(self, administrator: User, mark: str) -> None:
        by = fresh(administrator)
        setattr(administrator, mark, not getattr(administrator, mark))

        with pytest.raises(OwnRightsError):
            people.change(user=administrator, by=by)

    def test_lets_one_change_ones_own_name(self, administrator: User) -> None:
        administrator.first_name = "Hanako"

        people.change(user=administrator, by=administrator)

        assert fresh(administrator).first_name == "Hanako"

    def test_never_makes_a_superuser(self, administrator: User, general: User) -> None:
        general.is_superuser = True

        people.change(user=general, by=administrator)

        assert not fresh(general).is_superuser

    def test_keeps_the_last_administrator_active(self, administrator: User) -> None:
        with pytest.raises(LastAdministratorError, match="Make somebody else"):
            people.deactivate(user=administrator, by=None)

        assert fresh(administrator).is_active


class TestSettingAPassword:
    def test_for_somebody_else_asks_that_person_to_change_it(
        self, administrator: User, general: User
    ) -> None:
        people.set_password(user=general, password=NEW_PASSWORD, by=administrator)

        assert fresh(general).check_password(NEW_PASSWORD)
        assert fresh(general).must_change_password

    def test_takes_over_nobody_who_may_do_more(self, personnel: User, administrator: User) -> None:
        with pytest.raises(BeyondOwnRightsError):
            people.set_password(user=administrator, password=NEW_PASSWORD, by=personnel)

        assert not fresh(administrator).check_password(NEW_PASSWORD)

    def test_is_not_for_ones_own(self, administrator: User) -> None:
        with pytest.raises(OwnRightsError):
            people.set_password(user=administrator, password=NEW_PASSWORD, by=administrator)


class TestDeleting:
    def test_deletes_who_recorded_nothing(self, administrator: User, outsider: User) -> None:
        people.delete(users=[outsider], by=administrator)

        assert not User.objects.filter(username="outsider").exists()

    def test_keeps_who_recorded_something_and_everybody_asked_for_with_them(
        self, administrator: User, storekeeper: User, outsider: User
    ) -> None:
        receive(line(PartFactory.create(), LocationFactory.create(), 5), by=storekeeper)

        with pytest.raises(WorkRecordedError, match="work was recorded"):
            people.delete(users=[outsider, storekeeper], by=administrator)

        assert User.objects.filter(username="outsider").exists()

    def test_leaves_oneself_to_others(self, administrator: User, deputy: User) -> None:
        with pytest.raises(OwnRightsError):
            people.delete(users=[administrator], by=administrator)

    def test_leaves_alone_who_may_do_more(self, personnel: User, buyer: User) -> None:
        with pytest.raises(BeyondOwnRightsError):
            people.delete(users=[buyer], by=personnel)

    def test_keeps_the_last_administrator(self, administrator: User) -> None:
        with pytest.raises(LastAdministratorError):
            people.delete(users=[administrator], by=None)

        assert User.objects.filter(username="administrator").exists()
