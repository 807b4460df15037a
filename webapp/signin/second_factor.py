"""Who needs a second factor, and has none."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from access.models import User
from access.roles import Role


def is_required_for(user: User) -> bool:
    """Whether `user` may do without."""
    return bool(settings.MFA_REQUIRED) and _who_need_it().filter(pk=user.pk).exists()


def is_missing_for(user: User) -> bool:
    """One query, with each page of everybody: who was made an administrator a moment ago, or lost
    the second factor, goes no further."""
    if not settings.MFA_REQUIRED:
        return False
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return _who_need_it().filter(~Exists(apps), pk=user.pk).exists()


def _who_need_it() -> QuerySet[User]:
    administrators = User.groups.through.objects.filter(
        user=OuterRef("pk"), group__name=Role.ADMINISTRATOR.value
    )
    return User.objects.filter(Q(is_superuser=True) | Exists(administrators))
