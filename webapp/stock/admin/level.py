"""Stock by part, location and lot: the list to look into."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.search import found_by
from core.admin import ReadOnlyAdmin, to_page_with_selection
from core.numbers import plain
from exchange.exporting import ExportMixin
from stock.admin.filters import (
    LevelBranchFilter,
    PartCategoryFilter,
    PartStatusFilter,
    PartTrackingFilter,
    ZeroFilter,
)
from stock.models import StockLevel


@admin.register(StockLevel)
class StockLevelAdmin(ExportMixin, ReadOnlyAdmin):
    """Read only: movements make levels."""

    export_table = "opening_stock"
    list_display = ["part_number", "part_name", "location", "lot", "quantity_column", "status"]
    list_display_links = ["part_number"]
    list_filter = [
        LevelBranchFilter,
        PartCategoryFilter,
        PartStatusFilter,
        PartTrackingFilter,
        ZeroFilter,
    ]
    list_select_related = ["part", "location", "lot"]
    fields = ["part", "location", "lot", "quantity_column"]
    readonly_fields = ["quantity_column"]
    search_fields = ["part__number"]
    search_help_text = _("Number, name or SKU of the part")
    ordering = ["part__number", "id"]

    actions = ["issue_selected", "transfer_selected"]

    issue_selected = admin.action(
        description=_("Issue from selected places"), permissions=["issue"]
    )(to_page_with_selection("admin:stock_issue", "level"))
    transfer_selected = admin.action(
        description=_("Transfer from selected places"), permissions=["transfer"]
    )(to_page_with_selection("admin:stock_transfer", "level"))

    def has_issue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.issue_stock")

    def has_transfer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.transfer_stock")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLevel]:
        return super().get_queryset(request).defer("part__search_text")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockLevel], search_term: str
    ) -> tuple[QuerySet[StockLevel], bool]:
        return queryset.filter(found_by(search_term, part="part")), False

    @admin.display(description=_("part number"), ordering="part__number")
    def part_number(self, level: StockLevel) -> str:
        return level.part.number

    @admin.display(description=_("name"))
    def part_name(self, level: StockLevel) -> str:
        return level.part.name

    @admin.display(description=_("quantity"), ordering="quantity")
    def quantity_column(self, level: StockLevel) -> str:
        return f"{plain(level.quantity)} {level.part.get_unit_display()}"

    @display(
        description=_("stock status"),
        label={"out": "danger", "low": "warning", "enough": "success"},
    )
    def status(self, level: StockLevel) -> tuple[str, str]:
        return level.part.status, level.part.get_status_display()
