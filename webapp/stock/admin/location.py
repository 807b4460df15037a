"""Locations in the admin."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import InventoryAdmin
from core.keys import counted
from core.lists.filters import YesOrNoFilter
from core.models import in_japanese
from core.pages import user_of
from exchange.exporting import ExportMixin
from purchasing import obstacles
from stock.models import Location
from stock.models.location import LocationQuerySet
from stock.places import Reach

# Where an order shall be delivered is no movement of stock.
NOT_LIMITED = {("purchaseorder", "destination")}


def _reach(request: HttpRequest) -> Reach:
    """Asked for once a request."""
    reach: Reach | None = getattr(request, "reach", None)
    if reach is None:
        reach = Reach(user_of(request))
        request.reach = reach  # type: ignore[attr-defined]
    return reach


@admin.register(Location)
class LocationAdmin(ExportMixin, InventoryAdmin):
    """Locations as a tree; moving one moves its branch."""

    export_table = "locations"
    list_display = ["path_column", "description", "active"]
    list_filter = [("active", YesOrNoFilter)]
    search_fields = ["path", "path_ja"]
    autocomplete_fields = ["parent"]
    fields = ["name_ja", "name_en", "parent", "description", "active"]
    change_form_outer_before_template = "stock/location_links.html"  # type: ignore[assignment]  # unfold: None

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return ["path_ja" if in_japanese() else "path"]

    # --- People who work at some locations only ---

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody widens their own places by moving another location into them."""
        return super().has_change_permission(request, obj) and self._is_within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_within(request, obj)

    def _is_within(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or obj.pk is None or _reach(request).is_beneath(obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A new or moved location lies beneath the places of who makes or moves it."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        reach = _reach(request)
        if reach.is_limited and "parent" in form.base_fields:
            parent = form.base_fields["parent"]
            reach.limit(parent)
            parent.required = True
        return form

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Location], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The search fields of forms offer what may be chosen; lists show everything."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        asked_by = (request.GET.get("model_name"), request.GET.get("field_name"))
        is_search_field = request.path == reverse(f"{self.admin_site.name}:autocomplete")
        if is_search_field and asked_by not in NOT_LIMITED:
            return _reach(request).within(cast("LocationQuerySet", found)), distinct
        return found, distinct

    @admin.display(description=_("path"), ordering="path")
    def path_column(self, location: Location) -> str:
        return location.path_shown

    def obstacles_to_delete(self, obj: Any) -> list[str]:
        found = obstacles.of_location(obj)
        movements, many = counted(obj.movements.all())
        if movements:
            found.append(
                ngettext(
                    "%(location)s cannot be deleted: %(count)s movement was recorded there. "
                    "Take the mark “active” from it instead; its history stays.",
                    "%(location)s cannot be deleted: %(count)s movements were recorded there. "
                    "Take the mark “active” from it instead; its history stays.",
                    movements,
                )
                % {"location": obj, "count": many}
            )
        if children := obj.children.count():
            found.append(
                ngettext(
                    "%(location)s cannot be deleted: %(count)d location lies beneath it. "
                    "Move or delete that one first.",
                    "%(location)s cannot be deleted: %(count)d locations lie beneath it. "
                    "Move or delete those first.",
                    children,
                )
                % {"location": obj, "count": children}
            )
        return found
