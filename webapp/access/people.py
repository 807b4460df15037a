"""Accounts: making, changing, ending them, and setting a password for somebody else.

Each function is one transaction. What is given at the beginning is given by ``granting``.
"""

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from access.effective import name_of
from access.errors import OwnRightsError
from access.guards import (
    check_gives,
    check_no_work,
    check_not_above,
    check_not_self,
    check_right,
    one_administrator_stays,
)
from access.models import User
from core.transactions import in_one_transaction

# What the page of a user changes.
DETAILS = (
    "username",
    "last_name",
    "first_name",
    "email",
    "language",
    "is_active",
    "must_change_password",
)


@in_one_transaction
def create(*, user: User, password: str | None, roles: Collection[Group], by: User | None) -> User:
    """Store a new account; its password is to be changed at the first sign-in.

    Without a password nobody signs in with it until one is set, or the mail for it is asked for.
    Who works at some places only makes people who work there.

    :raises BeyondOwnRightsError: if a role holds rights that `by` does not have
    """
    check_right(by, "access.add_user")
    check_gives(_rights_of(roles), by)
    user.is_staff = True  # everybody works in the admin
    user.is_superuser = False
    user.must_change_password = True
    user.set_password(password)
    user.save()
    user.groups.set(roles)
    if by is not None:
        user.locations.set(by.locations.all())
    return user


@in_one_transaction
def change(*, user: User, by: User | None) -> User:
    """Store the details of an account as they are in `user` now.

    :raises OwnRightsError: for the marks "active" and "must choose a new password" of oneself
    :raises BeyondOwnRightsError: if the user has rights that `by` does not have
    :raises LastAdministratorError: if the last administrator would be inactive
    """
    check_right(by, "access.change_user")
    with one_administrator_stays():
        before = User.objects.select_for_update().get(pk=user.pk)
        check_not_above(before, by)
        marks = ("is_active", "must_change_password")
        if any(getattr(before, mark) != getattr(user, mark) for mark in marks):
            check_not_self(user, by)
        user.save(update_fields=DETAILS)
    return user


def deactivate(*, user: User, by: User | None) -> None:
    """The account stays, with all that was recorded under its name; nobody signs in with it."""
    user.is_active = False
    change(user=user, by=by)


@in_one_transaction
def set_password(*, user: User, password: str | None, by: User | None) -> None:
    """For somebody else, who chooses another one at the next sign-in; None: no password.

    :raises OwnRightsError: for one's own: that asks for the present one, on its own page
    :raises BeyondOwnRightsError: if the user has rights that `by` does not have
    """
    check_right(by, "access.change_user")
    with one_administrator_stays():
        check_not_above(User.objects.select_for_update().get(pk=user.pk), by)
        if by is not None and user.pk == by.pk:
            raise OwnRightsError(_("Change your own password on the page of your account."))
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])


@in_one_transaction
def delete(*, users: Collection[User], by: User | None) -> None:
    """Delete accounts under which nothing was recorded; all of them or none.

    :raises WorkRecordedError: if something was: deactivate it instead
    :raises LastAdministratorError, BeyondOwnRightsError, OwnRightsError: as for changing it
    """
    check_right(by, "access.delete_user")
    with one_administrator_stays():
        for user in users:
            check_not_self(user, by)
            check_not_above(user, by)
            check_no_work(user)
            user.delete()


def _rights_of(roles: Collection[Group]) -> set[str]:
    return {
        name_of(permission)
        for role in roles
        for permission in role.permissions.select_related("content_type")
    }
