"""Parts in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from catalog.admin.filters import (
    CategoryFilter,
    LocationFilter,
    ReorderFilter,
    StatusFilter,
    SupplierFilter,
    TrackingFilter,
)
from catalog.admin.reordering import ReorderMixin
from catalog.admin.supplier import SupplierPartInline
from catalog.models import Part
from catalog.search import found_by
from core.admin import InventoryAdmin, to_page_with_selection
from core.editing.kept_forms import KeptFormMixin
from core.keys import counted
from core.lists.filters import YesOrNoFilter
from core.models import display_expression
from core.numbers import plain
from exchange.exporting import ExportMixin
from purchasing import obstacles
from stock import part_panel


@admin.register(Part)
class PartAdmin(KeptFormMixin, ReorderMixin, ExportMixin, InventoryAdmin):
    """The list that everybody works from, and the page of one part with its stock."""

    export_table = "parts"
    list_display = [
        "number",
        "name_column",
        "category_column",
        "status_column",
        "on_hand_column",
        "reorder_point_column",
        "tracking_column",
        "active",
    ]
    list_filter = [
        StatusFilter,
        CategoryFilter,
        LocationFilter,
        SupplierFilter,
        ReorderFilter,
        TrackingFilter,
        ("active", YesOrNoFilter),
    ]
    list_select_related = ["category"]
    search_fields = ["number"]
    search_help_text = _("Part number, name, description or SKU, in either language")
    ordering = ["number"]
    actions = ["receive_selected", "issue_selected", "transfer_selected", "order_selected"]
    autocomplete_fields = ["category"]
    readonly_fields = ["created_at", "updated_at"]
    change_form_outer_before_template = "stock/part_panel.html"  # type: ignore[assignment]  # unfold: None
    inlines = [SupplierPartInline]
    fieldsets = [
        (
            _("Part"),
            {
                "classes": ["tab"],
                "fields": [
                    ("number", "category"),
                    ("name_ja", "name_en"),
                    ("description_ja", "description_en"),
                    ("unit", "tracking"),
                    ("picture", "active"),
                ],
            },
        ),
        (
            _("Re-order"),
            {
                "classes": ["tab"],
                "fields": [
                    ("reorder_point", "target_quantity"),
                    ("reorder_quantity", "lead_time_days"),
                ],
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        parts: QuerySet[Part] = super().get_queryset(request).defer("search_text")
        page = request.resolver_match
        if page is not None and page.url_name == "catalog_part_change":
            return parts.select_related("category")  # a field shows it, and no column the name
        return parts.annotate(shown_name=display_expression("name"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Part], search_term: str
    ) -> tuple[QuerySet[Part], bool]:
        return queryset.filter(found_by(search_term)), False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the part's stock above its form."""
        part = context.get("original")
        if part is not None:
            context.update(part_panel.context(part, request=request))
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Columns ---

    @admin.display(description=_("name"), ordering="shown_name")
    def name_column(self, part: Part) -> str:
        return part.name

    @admin.display(description=_("category"), ordering="category__path")
    def category_column(self, part: Part) -> str:
        return part.category.name

    @display(
        description=_("stock status"),
        ordering="status",
        label={"out": "danger", "low": "warning", "enough": "success"},
    )
    def status_column(self, part: Part) -> tuple[str, Any]:
        return part.status, part.get_status_display()

    @admin.display(description=_("on hand"), ordering="on_hand")
    def on_hand_column(self, part: Part) -> str:
        return f"{plain(part.on_hand)} {part.get_unit_display()}"

    @admin.display(description=_("reorder point"), ordering="reorder_point")
    def reorder_point_column(self, part: Part) -> str:
        return plain(part.reorder_point) if part.reorder_point else ""

    @admin.display(description=_("tracking"), ordering="tracking", empty_value="")
    def tracking_column(self, part: Part) -> str:
        return "" if part.tracking == "none" else part.get_tracking_display()

    # --- Bulk actions: they open the page, with these parts filled in ---

    receive_selected = admin.action(
        description=_("Receive selected parts"), permissions=["receive"]
    )(to_page_with_selection("admin:stock_receive", "part"))
    issue_selected = admin.action(description=_("Issue selected parts"), permissions=["issue"])(
        to_page_with_selection("admin:stock_issue", "part")
    )
    transfer_selected = admin.action(
        description=_("Transfer selected parts"), permissions=["transfer"]
    )(to_page_with_selection("admin:stock_transfer", "part"))

    order_selected = admin.action(description=_("Order selected parts"), permissions=["order"])(
        to_page_with_selection("admin:purchasing_purchaseorder_add", "part")
    )

    def has_receive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.receive_stock")

    def has_issue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.issue_stock")

    def has_transfer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.transfer_stock")

    def has_order_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("purchasing.add_purchaseorder")

    # --- What changes and deletions mean for orders ---

    def parts_of(self, obj: Part) -> set[int]:
        return {obj.pk}

    def obstacles_to_delete(self, obj: Part) -> list[str]:
        found = obstacles.of_part(obj)
        movements, many = counted(obj.movements.all())
        if movements:
            found.append(
                ngettext(
                    "%(part)s cannot be deleted: %(count)s movement was recorded of it. "
                    "Take the mark “active” from it instead; its history stays.",
                    "%(part)s cannot be deleted: %(count)s movements were recorded of it. "
                    "Take the mark “active” from it instead; its history stays.",
                    movements,
                )
                % {"part": obj, "count": many}
            )
        return found
