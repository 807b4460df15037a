"""Users and roles in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import ManyToOneRel, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from access.labels import rights_by_kind
from access.models import User
from access.roles import Role
from core.admin import InventoryAdmin, ReadOnlyAdmin

admin.site.unregister(Group)


class RolesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Groups by the names of the roles."""

    def label_from_instance(self, obj: Any) -> str:
        return _role_name(obj)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, InventoryAdmin):  # type: ignore[type-arg]  # as above
    """Administrators create users and give them roles."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "display_name", "email", "roles", "is_active", "last_login"]
    list_filter = [("groups", RelatedDropdownFilter), ("is_active", BooleanRadioFilter)]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "is_active"]}),
        (_("Person"), {"fields": [("last_name", "first_name"), ("email", "language")]}),
        (_("Roles"), {"fields": ["groups"]}),
        (_("Times"), {"fields": [("last_login", "date_joined")]}),
    ]
    add_fieldsets = [  # type: ignore[assignment]  # unfold declares it empty
        (
            None,
            {
                "fields": [
                    "username",
                    "last_name",
                    "first_name",
                    "email",
                    "language",
                    "groups",
                    "usable_password",
                    "password1",
                    "password2",
                ],
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Nobody but a superuser sees, and so changes, superusers."""
        users = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> User:
        """Everybody works in the admin."""
        user: User = super().save_form(request, form, change)
        user.is_staff = True
        return user

    def obstacles_to_delete(self, obj: User) -> list[str]:
        """What was recorded under a name keeps it."""
        for relation in obj._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ManyToOneRel) or relation.on_delete is not models.PROTECT:
                continue
            recorded = relation.related_model._default_manager.filter(**{relation.field.name: obj})
            if recorded.exists():
                return [
                    gettext(
                        "%(user)s cannot be deleted: work was recorded under this name. "
                        "Take the mark “active” from the user instead."
                    )
                    % {"user": obj}
                ]
        return []

    @admin.display(description=_("name"), ordering="last_name")
    def display_name(self, user: User) -> str:
        return user.display_name

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(_role_name(group) for group in user.groups.all())

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
            kwargs["label"] = _("Roles")
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """Roles are code (``access/roles.py``): shown here, changed by a reviewed release."""

    list_display = ["role", "rights"]
    ordering = ["name"]
    fields = ["role", "what_it_may"]
    readonly_fields = ["role", "what_it_may"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("permissions")

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return _role_name(group)

    @admin.display(description=_("number of rights"))
    def rights(self, group: Group) -> int:
        return len(group.permissions.all())

    @admin.display(description=_("rights"))
    def what_it_may(self, group: Group) -> str:
        return format_html_join(
            mark_safe("<br>"), "{}: {}", rights_by_kind(group.permissions.all())
        )


def _role_name(group: Any) -> str:
    """The role in the user's language."""
    return str(Role(group.name).label) if group.name in Role else str(group.name)
