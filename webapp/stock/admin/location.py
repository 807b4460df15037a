"""Locations in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter

from core.admin import InventoryAdmin, counted
from core.models import in_japanese
from exchange.exporting import ExportMixin
from purchasing import obstacles
from stock.models import Location


@admin.register(Location)
class LocationAdmin(ExportMixin, InventoryAdmin):
    """Locations as a tree; moving one moves its branch."""

    export_table = "locations"
    list_display = ["path_column", "description", "active"]
    list_filter = [("active", BooleanRadioFilter)]
    search_fields = ["path", "path_ja"]
    autocomplete_fields = ["parent"]
    fields = ["name_ja", "name_en", "parent", "description", "active"]
    change_form_outer_before_template = "stock/location_links.html"  # type: ignore[assignment]  # unfold: None

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return ["path_ja" if in_japanese() else "path"]

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
