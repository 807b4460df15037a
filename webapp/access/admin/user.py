"""Users in the admin: every write goes through ``access.people``, with who does it."""

from collections.abc import Callable
from copy import copy
from functools import partial, wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RelatedDropdownFilter

from access import people
from access.forms import PasswordForm, RolesField, UserAddForm, UserDetailsForm, role_choice_widget
from access.guards import check_no_work, check_not_above, check_not_last, check_not_self
from access.models import User
from access.pages import rights
from access.roles import role_name
from core.admin import InventoryAdmin
from core.errors import BusinessError
from core.lists.filters import YesOrNoFilter
from core.pages import as_id, page_at, user_of

type View = Callable[..., HttpResponse]


def refusals_as_messages(view: View) -> View:
    """What a service refuses at the last moment is said on the page where it was asked for."""

    @wraps(view)
    def answered(model_admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(model_admin, request, *args, **kwargs)
        except BusinessError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    return answered


@admin.register(User)
class UserAdmin(DjangoUserAdmin, InventoryAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Accounts; their roles, rights and places have a page of their own."""

    form = UserDetailsForm
    add_form = UserAddForm
    list_display = [
        "username",
        "display_name",
        "email",
        "roles",
        "is_active",
        "last_login",
        "rights_link",
    ]
    list_filter = [("groups", RelatedDropdownFilter), ("is_active", YesOrNoFilter)]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password", "is_active", "must_change_password"]}),
        (_("Person"), {"fields": [("last_name", "first_name"), ("email", "language")]}),
        (_("Roles"), {"fields": ["roles"]}),
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
    change_form_outer_before_template = "access/user_links.html"  # type: ignore[assignment]  # unfold: None

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("my-rights/", rights.mine, "access_my_rights"),
            page("<int:pk>/rights/", rights.show, "access_user_rights"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Nobody but a superuser sees, and so changes, superusers."""
        users: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    # --- Who may change whom ---

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is not None and obj.pk == request.user.pk
        return (
            not own
            and super().has_delete_permission(request, obj)
            and self._is_within(request, obj)
        )

    def _is_within(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the account is nobody's who may do more than the one who asks."""
        if obj is None or obj.pk is None:
            return True
        if not hasattr(obj, "refusal"):  # asked many times for one page
            obj.refusal = _refusal(check_not_above, obj, user_of(request))
        return not obj.refusal

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """One's own marks are decided about by somebody else."""
        fixed = ["last_login", "date_joined", "roles"]
        if obj is not None and obj.pk == request.user.pk:
            fixed += ["is_active", "must_change_password"]
        return fixed

    # --- Writing ---

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by = user_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            people.change(user=obj, by=user_of(request))
            return
        data = form.cleaned_data
        people.create(
            user=obj,
            password=data["password1"] if data.get("set_usable_password", True) else None,
            roles=data["groups"],
            by=user_of(request),
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The services have stored the roles."""

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        people.delete(users=[obj], by=user_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people.delete(users=list(queryset), by=user_of(request))

    @refusals_as_messages
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    @refusals_as_messages
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return answer

    @refusals_as_messages
    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().delete_view(request, *args, **kwargs)
        return answer

    @refusals_as_messages
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's name
        """For somebody else: one's own password asks for the present one."""
        if as_id(id) == request.user.pk:
            messages.info(request, _t("This page changes your own password."))
            return HttpResponseRedirect(reverse("admin:password_change"))
        own = copy(self)  # the form has to know who asks
        own.change_password_form = partial(PasswordForm, by=user_of(request))
        return super(UserAdmin, own).user_change_password(request, id, form_url)

    # --- Deleting ---

    def obstacles_to_delete(self, obj: User) -> list[str]:
        refusals = [_refusal(check_no_work, obj), _refusal(check_not_last, obj)]
        return [refusal for refusal in refusals if refusal]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Of many, those that one may not delete stand there with the reason."""
        chosen, by = list(objs), user_of(request)
        refused = [
            refusal
            for user in chosen
            for check in (check_not_self, check_not_above)
            if (refusal := _refusal(check, user, by))
        ]
        if refused:
            return [str(user) for user in chosen], {}, set(), refused
        told, counts, missing, protected = super().get_deleted_objects(chosen, request)
        # Sessions and second factors are part of the account: no right of their own is asked for.
        missing = {kind for kind in missing if kind == self.opts.verbose_name}
        return told, counts, missing, protected

    # --- Columns ---

    @admin.display(description=pgettext_lazy("person", "name"), ordering="last_name")
    def display_name(self, user: User) -> str:
        return user.display_name

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(role_name(group.name) for group in user.groups.all()) or "–"

    @admin.display(description=_("rights"))
    def rights_link(self, user: User) -> str:
        address = reverse("admin:access_user_rights", args=[user.pk])
        return format_html('<a class="inventory-strong" href="{}">{}</a>', address, _t("Rights"))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
            kwargs["label"] = _("Roles")
            kwargs["widget"] = role_choice_widget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def _refusal(check: Callable[..., None], *args: object) -> str:
    """Why not; empty if nothing speaks against it."""
    try:
        check(*args)
    except BusinessError as error:
        return str(error)
    return ""
