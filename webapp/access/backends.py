"""What a user may do: the rights of the roles and those given singly, less those denied singly.

Django's own backend can only add; a right that is denied to one user is taken away here.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from access.effective import held_rights
from access.models import User
from core.rows import rows_by_key


class RightsBackend(ModelBackend):
    """A superuser has every right, and none can be denied to one."""

    def get_user(self, user_id: int) -> User | None:
        """Who is signed in: asked on each request."""
        user = rows_by_key(User, [user_id]).get(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        """Of "user" or "group": both come by one query, and stay with the user's object."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_user_perm_cache"):
            single, by_role = held_rights(user_obj)
            user_obj._user_perm_cache = single  # noqa: SLF001 - as Django's backend names them
            user_obj._group_perm_cache = by_role  # noqa: SLF001
        kept: set[str] = getattr(user_obj, f"_{from_name}_perm_cache")
        return kept

    async def _aget_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        return await sync_to_async(self._get_permissions)(user_obj, obj, from_name)

    def with_perm(
        self,
        perm: Permission | str,
        is_active: bool = True,
        include_superusers: bool = True,
        obj: Any = None,
    ) -> QuerySet[Any]:
        """The users who have the right."""
        users = super().with_perm(perm, is_active, include_superusers, obj)
        if isinstance(perm, Permission):
            this = Q(permission=perm.pk)
        else:
            app_label, codename = perm.split(".")
            this = Q(permission__content_type__app_label=app_label, permission__codename=codename)
        denied = User.denied_permissions.through.objects.filter(this, user=OuterRef("pk"))
        return users.filter(~Exists(denied) | Q(is_superuser=True))
