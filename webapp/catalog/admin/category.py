"""Categories in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import Category
from core.admin import InventoryAdmin
from core.models import in_japanese
from exchange.exporting import ExportMixin


@admin.register(Category)
class CategoryAdmin(ExportMixin, InventoryAdmin):
    """Categories as a tree; moving one moves its branch."""

    export_table = "categories"
    list_display = ["path_column", "description"]
    search_fields = ["path", "path_ja"]
    autocomplete_fields = ["parent"]
    fields = ["name_ja", "name_en", "parent", "description"]

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return ["path_ja" if in_japanese() else "path"]

    @admin.display(description=_("path"), ordering="path")
    def path_column(self, category: Category) -> str:
        return category.path_shown

    def obstacles_to_delete(self, obj: Category) -> list[str]:
        return tree_obstacles(obj, parts=obj.parts.count())


def tree_obstacles(node: Any, *, parts: int) -> list[str]:
    """Why a category cannot be deleted."""
    obstacles = []
    if parts:
        obstacles.append(
            ngettext(
                "%(node)s cannot be deleted: %(count)d part is in it. "
                "Move the part into another category first.",
                "%(node)s cannot be deleted: %(count)d parts are in it. "
                "Move the parts into another category first.",
                parts,
            )
            % {"node": node, "count": parts}
        )
    if children := node.children.count():
        obstacles.append(
            ngettext(
                "%(node)s cannot be deleted: %(count)d category lies beneath it. "
                "Move or delete that one first.",
                "%(node)s cannot be deleted: %(count)d categories lie beneath it. "
                "Move or delete those first.",
                children,
            )
            % {"node": node, "count": children}
        )
    return obstacles
