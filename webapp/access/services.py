"""Writing roles and demo users."""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from access.models import User
from access.roles import PERMISSIONS, Role


class UnknownPermissionError(LookupError):
    """The table of roles names a permission that no model declares."""


@transaction.atomic
def sync_roles() -> dict[Role, int]:
    """Make the groups equal to ``access.roles.PERMISSIONS``; returns permissions per role."""
    written: dict[Role, int] = {}
    for role, wanted in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=role.value)
        permissions = _permissions(wanted)
        group.permissions.set(permissions)
        written[role] = len(permissions)
    return written


@transaction.atomic
def create_demo_users(*, passwords: Mapping[Role, str]) -> list[User]:
    """One user a role, named after the role. Users that exist keep everything but the password."""
    users = []
    for role, password in passwords.items():
        user, created = User.objects.get_or_create(
            username=role.value, defaults={"is_staff": True, "email": ""}
        )
        if created or not user.check_password(password):  # a new hash would end the user's sessions
            user.set_password(password)
            user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=role.value))
        users.append(user)
    return users


def _permissions(names: frozenset[str]) -> list[Permission]:
    if not names:
        return []
    wanted = Q()
    for name in names:
        app_label, codename = name.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    found = list(Permission.objects.filter(wanted).select_related("content_type"))
    missing = names - {f"{p.content_type.app_label}.{p.codename}" for p in found}
    if missing:
        raise UnknownPermissionError(", ".join(sorted(missing)))
    return found
