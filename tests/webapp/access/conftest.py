"""A second administrator, and permissions by their names."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission

from access.models import User
from access.roles import Role
from tests.webapp.cast import PASSWORD

type PermissionOf = Callable[[str], Permission]


@pytest.fixture
def permission() -> PermissionOf:
    """``permission("stock.issue_stock")``."""

    def find(name: str) -> Permission:
        app_label, codename = name.split(".")
        return Permission.objects.get(content_type__app_label=app_label, codename=codename)

    return find


@pytest.fixture
def deputy(db: None) -> User:
    """Another administrator."""
    user = User.objects.create_user("deputy", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=Role.ADMINISTRATOR.value))
    return user


@pytest.fixture
def root(db: None) -> User:
    """A superuser, as `manage.py createsuperuser` makes one."""
    return User.objects.create_superuser("root", password=PASSWORD)


@pytest.fixture
def personnel(db: None, permission: PermissionOf) -> User:
    """Manages users, and has hardly a right besides."""
    user = User.objects.create_user("personnel", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=Role.GENERAL.value))
    for name in ("view_user", "add_user", "change_user", "delete_user"):
        user.user_permissions.add(permission(f"access.{name}"))
    return user


def fresh(user: User) -> User:
    """As the next request has the user: with no right remembered."""
    return User.objects.get(pk=user.pk)
