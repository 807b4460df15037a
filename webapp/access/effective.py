"""What a user may do, and where each right comes from."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _

from access.labels import kind_label, right_label, right_order
from access.models import User
from access.roles import EVERY, role_name
from core.rows import fetched

# Daily work first, what administrators do last.
_APPS = ("stock", "catalog", "purchasing", "exchange", "access", "auth", "signin", "audit")

# As text: asked on each request, and Django takes four times as long to write it as the database
# takes to answer it.
_EVERY = """
    SELECT t.app_label || '.' || p.codename
    FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
"""
_HELD = """
    SELECT t.app_label || '.' || p.codename, bool_or(h.single), bool_or(NOT h.single)
    FROM (
        SELECT permission_id, true AS single FROM access_user_user_permissions
        WHERE user_id = %(user)s
        UNION ALL
        SELECT g.permission_id, false FROM access_user_groups m
        JOIN auth_group_permissions g ON g.group_id = m.group_id WHERE m.user_id = %(user)s
    ) h
    JOIN auth_permission p ON p.id = h.permission_id
    JOIN django_content_type t ON t.id = p.content_type_id
    WHERE NOT EXISTS (SELECT 1 FROM access_user_denied_permissions d
                      WHERE d.user_id = %(user)s AND d.permission_id = h.permission_id)
    GROUP BY t.app_label, p.codename
"""


def held_rights(user: User) -> tuple[set[str], set[str]]:
    """What an active account of this user would hold: given singly, and by roles.

    As ``app.codename``, less what is denied, by one query. A superuser holds everything.
    """
    if user.is_superuser:
        every = {name for (name,) in fetched(_EVERY)}
        return every, every
    held = fetched(_HELD, {"user": user.pk})
    single = {name for name, is_single, _is_by_role in held if is_single}
    by_role = {name for name, _is_single, is_by_role in held if is_by_role}
    return single, by_role


def held(user: User) -> set[str]:
    """All of ``held_rights``, whether the account is active or not."""
    single, by_role = held_rights(user)
    return single | by_role


@dataclass(frozen=True, kw_only=True)
class Right:
    """One right of one user, and what decides about it."""

    permission: Permission
    name: str
    roles: tuple[str, ...]  # that give it, by their names for people
    single: bool
    denied: bool
    superuser: bool

    @property
    def label(self) -> str:
        return right_label(self.permission)

    @property
    def effective(self) -> bool:
        return self.superuser or (not self.denied and (self.single or bool(self.roles)))

    @property
    def sources(self) -> list[str]:
        """Where it comes from, and what takes it away, in words."""
        if self.superuser:
            return [_("superuser: may do everything")]
        found = [_("role: %(role)s") % {"role": role} for role in self.roles]
        if self.single:
            found.append(_("given singly"))
        if self.denied:
            found.append(_("denied singly"))
        return found


@dataclass(frozen=True)
class Kind:
    """The rights about one kind of thing."""

    label: str
    rights: list[Right]


def name_of(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def permissions_shown() -> list[Permission]:
    """Those that govern something: the others are Django's, for pages that do not exist here."""
    found = [
        permission
        for permission in Permission.objects.select_related("content_type")
        if name_of(permission) in EVERY
    ]
    return sorted(found, key=lambda permission: _place_of_app(permission.content_type.app_label))


def _place_of_app(app_label: str) -> int:
    return _APPS.index(app_label) if app_label in _APPS else len(_APPS)


def rights_of(user: User) -> list[Kind]:
    """Every right by kind of thing, with what is effective and where it comes from."""
    groups = list(Group.objects.filter(user=user).prefetch_related("permissions"))
    by_permission: dict[int, list[str]] = {}
    for group in groups:
        for permission in group.permissions.all():
            by_permission.setdefault(permission.pk, []).append(role_name(group.name))
    single = set(user.user_permissions.values_list("pk", flat=True))
    denied = set(user.denied_permissions.values_list("pk", flat=True))
    return _by_kind(
        Right(
            permission=permission,
            name=name_of(permission),
            roles=tuple(by_permission.get(permission.pk, ())),
            single=permission.pk in single,
            denied=permission.pk in denied,
            superuser=user.is_superuser,
        )
        for permission in permissions_shown()
    )


def _by_kind(rights: Iterable[Right]) -> list[Kind]:
    kinds: dict[str, list[Right]] = {}
    for right in rights:
        kinds.setdefault(kind_label(right.permission), []).append(right)
    return [
        Kind(label, sorted(found, key=lambda right: right_order(right.permission)))
        for label, found in kinds.items()
    ]
