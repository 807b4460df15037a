"""What a user may do, and where each right comes from."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from access.labels import kind_label, right_label, right_order
from access.models import User
from access.roles import EVERY, role_name

# Daily work first, what administrators do last.
_APPS = ("stock", "catalog", "purchasing", "exchange", "access", "auth", "signin", "audit")
_DENIED = User.denied_permissions.through
_SINGLE = User.user_permissions.through
_MEMBERS = User.groups.through


def held_rights(user: User) -> tuple[set[str], set[str]]:
    """What an active account of this user would hold: given singly, and by roles.

    As ``app.codename``, less what is denied, by one query. A superuser holds everything.
    """
    names = ("content_type__app_label", "codename")
    if user.is_superuser:
        rows = Permission.objects.order_by().values_list(*names)
        every = {f"{app}.{codename}" for app, codename in rows}
        return every, every
    this = {"user": user.pk, "permission": OuterRef("pk")}
    found = (
        Permission.objects.order_by()
        .annotate(
            single=Exists(_SINGLE.objects.filter(**this)),
            by_role=Exists(
                _MEMBERS.objects.filter(user=user.pk, group__permissions=OuterRef("pk"))
            ),
        )
        .filter(Q(single=True) | Q(by_role=True), ~Exists(_DENIED.objects.filter(**this)))
        .values_list(*names, "single", "by_role")
    )
    single, by_role = set(), set()
    for app, codename, is_single, is_by_role in found:
        if is_single:
            single.add(f"{app}.{codename}")
        if is_by_role:
            by_role.add(f"{app}.{codename}")
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
