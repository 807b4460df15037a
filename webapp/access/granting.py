"""Roles, single rights, denials and places of one user; each function is one transaction."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _

from access.effective import name_of
from access.errors import RightsChangedError
from access.guards import (
    MANAGE_RIGHTS,
    check_denies,
    check_gives,
    check_not_above,
    check_not_self,
    check_places,
    check_right,
    one_administrator_stays,
)
from access.models import User
from core.transactions import in_one_transaction


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What was decided about a user, by the keys of groups, permissions and locations."""

    roles: frozenset[int]
    granted: frozenset[int]
    denied: frozenset[int]
    locations: frozenset[int]

    def as_text(self) -> str:
        """For a page to carry along what it showed."""
        parts = (self.roles, self.granted, self.denied, self.locations)
        return "/".join(",".join(map(str, sorted(part))) for part in parts)

    @classmethod
    def from_text(cls, text: str) -> "Rights":
        """:raises ValueError: if it is not what ``as_text`` made"""
        roles, granted, denied, locations = (
            frozenset(int(key) for key in part.split(",") if key) for part in text.split("/")
        )
        return cls(roles=roles, granted=granted, denied=denied, locations=locations)


def rights_now(user: User) -> Rights:
    """As the database has them."""
    return Rights(
        roles=_keys(user.groups.all()),
        granted=_keys(user.user_permissions.all()),
        denied=_keys(user.denied_permissions.all()),
        locations=_keys(user.locations.all()),
    )


@in_one_transaction
def change_rights(
    *, user: User, wanted: Rights, by: User | None, seen: Rights | None = None
) -> bool:
    """Make the rights of `user` those `wanted`; says whether anything changed.

    `seen` is what `by` had before their eyes.

    :raises OwnRightsError: if they are one's own
    :raises BeyondOwnRightsError: if something is given or denied that `by` does not have
    :raises LastAdministratorError: if nobody would be left who can give rights
    :raises RightsChangedError: if they are not as `seen` any more
    """
    check_right(by, MANAGE_RIGHTS)
    with one_administrator_stays():
        user = User.objects.select_for_update().get(pk=user.pk)
        check_not_self(user, by)
        check_not_above(user, by)
        before = rights_now(user)
        if seen is not None and seen != before:
            raise RightsChangedError(
                _(
                    "Somebody else changed the rights of %(user)s meanwhile. Nothing was changed. "
                    "Look at them as they are now, and decide again."
                )
                % {"user": user}
            )
        if wanted == before:
            return False
        _check(before, wanted, by)
        if wanted.locations != before.locations:
            check_places(by, wanted.locations, what=str(user))
        user.groups.set(wanted.roles)
        user.user_permissions.set(wanted.granted)
        user.denied_permissions.set(wanted.denied)
        user.locations.set(wanted.locations)
    return True


def set_roles(*, user: User, roles: Iterable[Group], by: User | None) -> None:
    """These roles, and no others."""
    wanted = replace(rights_now(user), roles=_keys(roles))
    change_rights(user=user, wanted=wanted, by=by)


def grant(*, user: User, permissions: Collection[Permission], by: User | None) -> None:
    """Give single rights, whatever the roles say; what was denied of them is so no more."""
    now, given = rights_now(user), _keys(permissions)
    wanted = replace(now, granted=now.granted | given, denied=now.denied - given)
    change_rights(user=user, wanted=wanted, by=by)


def deny(*, user: User, permissions: Collection[Permission], by: User | None) -> None:
    """Take single rights, whatever the roles say."""
    now, taken = rights_now(user), _keys(permissions)
    wanted = replace(now, granted=now.granted - taken, denied=now.denied | taken)
    change_rights(user=user, wanted=wanted, by=by)


def leave_to_roles(*, user: User, permissions: Collection[Permission], by: User | None) -> None:
    """Neither given nor denied singly any more."""
    now, left = rights_now(user), _keys(permissions)
    wanted = replace(now, granted=now.granted - left, denied=now.denied - left)
    change_rights(user=user, wanted=wanted, by=by)


def limit_locations(*, user: User, locations: Iterable[object], by: User | None) -> None:
    """Work only at these, with everything beneath; at all of them if there are none."""
    wanted = replace(rights_now(user), locations=_keys(locations))
    change_rights(user=user, wanted=wanted, by=by)


def _check(before: Rights, wanted: Rights, by: User | None) -> None:
    """What is given, or no longer denied, and what is denied: `by` must have it."""
    new_roles = Group.objects.filter(pk__in=wanted.roles - before.roles)
    of_roles = Permission.objects.filter(group__in=new_roles)
    given = wanted.granted - before.granted | before.denied - wanted.denied
    single = Permission.objects.filter(pk__in=given)
    check_gives(_names([*of_roles.select_related("content_type"), *_with_type(single)]), by)
    denied = Permission.objects.filter(pk__in=wanted.denied - before.denied)
    check_denies(_names(_with_type(denied)), by)


def _with_type(permissions: "Iterable[Permission]") -> "Iterable[Permission]":
    return permissions.select_related("content_type")  # type: ignore[attr-defined, no-any-return]


def _names(permissions: Iterable[Permission]) -> set[str]:
    return {name_of(permission) for permission in permissions}


def _keys(things: Iterable[object]) -> frozenset[int]:
    return frozenset(thing.pk for thing in things)  # type: ignore[attr-defined]
