"""Bases of the admin classes of all applications."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.admin import ActionLocation, ShowFacets
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from core.editing.conflicts import ConflictsMixin
from core.editing.refusals import RefusalsMixin
from core.fields import PlainDecimalField
from core.lists.paginating import AheadPaginator, PageFirstChangeList, SearchFieldPaginator
from core.lists.remembering import RemembersFiltersMixin
from core.pages import as_id
from core.permissions import MissingRightError
from core.postgresql.base import prepared
from core.theme import media
from core.widgets import KnownSelect

# As many rows as a page of ours takes from a list.
MOST_CHOSEN = 100


class InventoryChangeList(PageFirstChangeList):
    """The lists of all applications."""


class FormFieldsMixin:
    """Forms show numbers without needless zeros, and search fields survive what is no choice."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DecimalField):
            kwargs.setdefault("form_class", PlainDecimalField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        admin: Any = self
        if db_field.name in admin.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownSelect(db_field, admin.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class InventoryAdmin(
    FormFieldsMixin, RefusalsMixin, ConflictsMixin, RemembersFiltersMixin, ModelAdmin
):
    """A list of 25 rows that never counts a large table; deletions that explain themselves.

    ``core.editing``: nothing typed is lost, and nothing of somebody else's is overwritten unseen.
    ``core.lists``: a list comes back as it was left.
    """

    paginator = AheadPaginator
    list_per_page = 25
    list_max_show_all = 0
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    # Facets count every choice of every filter over the whole table.
    show_facets = ShowFacets.NEVER

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> "Paginator[Any]":
        if "field_name" in request.GET:  # a search field of a form asks, and not a list
            found = SearchFieldPaginator(queryset, per_page, *args, **kwargs)
            found.page_asked_for = as_id(request.GET.get("page")) or 1
            return found
        paginator = super().get_paginator(request, queryset, per_page, *args, **kwargs)
        if isinstance(paginator, AheadPaginator):
            paginator.page_asked_for = as_id(request.GET.get("p")) or 1
        return paginator

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "media" in shown:
            shown["media"] = media.tags_by_kind(shown["media"])
        return response

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """Says where, as Django wants it: for a warning that the theme does not, it would read
        the theme's source on each list. We have actions on lists only.
        """
        choices: list[tuple[str, str]] = super().get_action_choices(request)
        return choices

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return InventoryChangeList

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Text areas of three lines: they grow while one types."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.TextField) and field is not None:
            field.widget.attrs.update(
                {"rows": 3, "class": f"{field.widget.attrs.get('class', '')} inventory-text"}
            )
        return field

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = media.tags(context["media"])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """In the audit log: Django's own history knows only what was done in the admin."""
        if not request.user.has_perm("audit.view_auditentry"):
            raise MissingRightError("audit.view_auditentry")
        key = unquote(object_id)
        if "/" in key:
            raise Http404(key)
        return redirect("admin:audit_life", self.opts.label_lower, key)

    def _create_formsets(self, request: HttpRequest, obj: Any = None, change: bool = False) -> Any:
        """The rows within a form are found by the key of what they belong to."""
        with prepared():
            return super()._create_formsets(request, obj, change)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """An empty ``_to_field`` is none: Django looks for a field without a name."""
        with prepared():
            return super().get_object(request, object_id, from_field or None)

    # --- Deleting ---

    def obstacles_to_delete(self, obj: Any) -> list[str]:
        """Why `obj` cannot be deleted and what to do instead; empty if it can."""
        return []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse with the reason before asking "are you sure"."""
        obj = self.get_object(request, object_id)
        allowed = obj is not None and self.has_delete_permission(request, obj)
        if obj is not None and allowed and (obstacles := self.obstacles_to_delete(obj)):
            for obstacle in obstacles:
                messages.error(request, obstacle)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[obj.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What a deletion takes along; what has history protects itself with its reason.

        Django's own collector would load every movement of the part to list it.
        """
        chosen: list[Any] = list(objs)
        obstacles = [reason for obj in chosen for reason in self.obstacles_to_delete(obj)]
        if obstacles:
            return [str(obj) for obj in chosen], {}, set(), obstacles
        told, counts, missing, protected = super().get_deleted_objects(chosen, request)
        return without_links(told), without_links(counts), missing, protected


class ReadOnlyAdmin(InventoryAdmin):
    """Shows, and offers no change: for the ledger and everything else written once."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def without_links(told: Any) -> Any:
    """What a deletion takes along, less the rows of tables that only join two others.

    They go with what they join, and have no names but those that Django makes of the code.
    """
    links = [model._meta for model in apps.get_models(include_auto_created=True)
             if model._meta.auto_created]  # fmt: skip
    if isinstance(told, dict):
        kinds = {str(meta.verbose_name_plural) for meta in links}
        return {kind: count for kind, count in told.items() if str(kind) not in kinds}
    starts = tuple(f"{capfirst(str(meta.verbose_name))}: " for meta in links)
    kept = [without_links(item) if isinstance(item, list) else item for item in told]
    return [item for item in kept if item and not str(item).startswith(starts)]


def to_page_with_selection(
    url_name: str, parameter: str
) -> Callable[[Any, HttpRequest, models.QuerySet[Any]], HttpResponse]:
    """The body of a bulk action that opens one of our pages for the rows chosen."""

    def act(model_admin: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        chosen = list(queryset.values_list("pk", flat=True)[: MOST_CHOSEN + 1])
        if len(chosen) > MOST_CHOSEN:
            messages.error(
                request,
                _("At most %(limit)d rows at once. Choose fewer.") % {"limit": MOST_CHOSEN},
            )
            return HttpResponseRedirect(request.get_full_path())
        query = "&".join(f"{parameter}={pk}" for pk in chosen)
        return HttpResponseRedirect(f"{reverse(url_name)}?{query}")

    return act
