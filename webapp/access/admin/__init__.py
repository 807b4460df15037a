"""Users and roles in the admin."""

from access.admin.role import RoleAdmin
from access.admin.user import UserAdmin

__all__ = ["RoleAdmin", "UserAdmin"]
