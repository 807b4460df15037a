"""Roles in the admin: code (``access/roles.py``), shown here, changed by a reviewed release."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from access.labels import rights_by_kind
from access.roles import role_name
from core.admin import ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """What each role may."""

    list_display = ["role", "rights"]
    ordering = ["name"]
    fields = ["role", "what_it_may"]
    readonly_fields = ["role", "what_it_may"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("permissions")

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group.name)

    @admin.display(description=_("number of rights"))
    def rights(self, group: Group) -> int:
        return len(group.permissions.all())

    @admin.display(description=_("rights"))
    def what_it_may(self, group: Group) -> str:
        return format_html_join(
            mark_safe("<br>"), "{}: {}", rights_by_kind(group.permissions.all())
        )
