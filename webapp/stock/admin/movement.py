"""The ledger in the admin, and the addresses of the pages that record it."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from catalog.search import found_by
from core.admin import ReadOnlyAdmin, to_page_with_selection
from core.currencies import price_shown
from core.html import escaped
from core.links import link, page_address
from core.pages import page_at
from core.templatetags.inventory import signed
from exchange.exporting import ExportMixin
from stock.admin.filters import BranchFilter, DayRangeFilter, KindFilter, MovementCategoryFilter
from stock.models import StockMovement
from stock.pages import availability, correct, entry, stocktake


@admin.register(StockMovement)
class StockMovementAdmin(ExportMixin, ReadOnlyAdmin):
    """Every movement, newest first; never changed, corrected by reversing entries."""

    export_table = "stock_movements"
    list_display = [
        "occurred_at",
        "kind_column",
        "part_column",
        "quantity_column",
        "location",
        "lot",
        "reason_column",
        "actor",
    ]
    list_display_links = ["occurred_at"]
    list_filter = [
        KindFilter,
        BranchFilter,
        MovementCategoryFilter,
        ("occurred_at", DayRangeFilter),
    ]
    list_select_related = [
        "part",
        "location",
        "lot",
        "actor",
        "receipt_line",
    ]
    list_only = [
        "occurred_at",
        "kind",
        "quantity",
        "reason",
        "part__number",
        "part__name_ja",
        "part__name_en",
        "part__unit",
        "location__path",
        "location__path_ja",
        "location__name_ja",
        "location__name_en",
        "lot__code",
        "lot__serial",
        "actor__username",
        "actor__first_name",
        "actor__last_name",
        "receipt_line__receipt",
    ]
    search_fields = ["part__number"]
    search_help_text = _("Number, name or SKU of the part")
    actions = ["correct_selected"]
    actions_detail = ["correct_this"]  # type: ignore[assignment]  # unfold declares it empty
    fields = [
        "kind",
        "part",
        "location",
        "lot",
        "quantity_column",
        "cost",
        "reason",
        "actor",
        "occurred_at",
        "posted_at",
        "stocktake",
        "receipt_column",
        "reverses",
        "reversed_by_column",
        "idempotency_key",
    ]
    readonly_fields = [
        "receipt_column",
        "quantity_column",
        "cost",
        "reversed_by_column",
        "idempotency_key",
        "posted_at",
    ]

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("receive/", entry.receive, "stock_receive"),
            page("issue/", entry.issue, "stock_issue"),
            page("transfer/", entry.transfer, "stock_transfer"),
            page("stocktake/", stocktake.start, "stock_stocktake_start"),
            page("stocktake/<int:location_id>/", stocktake.count, "stock_stocktake_count"),
            page("correct/", correct.correct, "stock_correct"),
            page("availability/<int:part_id>/", availability.availability, "stock_availability"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).defer("part__search_text")

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        """Newest first; a range of days long ago is read by the index of the days."""
        by_day = any(request.GET.get(f"occurred_at_{end}") for end in ("from", "to"))
        return ["-occurred_at", "-id"] if by_day else ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        return queryset.filter(found_by(search_term, part="part", by_time=True)), False

    # --- Columns ---

    @display(
        description=_("kind"),
        ordering="kind",
        label={
            "receipt": "success",
            "issue": "info",
            "transfer": "default",
            "stocktake": "warning",
            "correction": "danger",
        },
    )
    def kind_column(self, movement: StockMovement) -> tuple[str, str]:
        return movement.kind, movement.get_kind_display()

    @admin.display(description=_("part"))
    def part_column(self, movement: StockMovement) -> str:
        return link(page_address("admin:catalog_part_change", movement.part_id), movement.part)

    @admin.display(description=_("quantity"))
    def quantity_column(self, movement: StockMovement) -> str:
        shown = f"{signed(movement.quantity)} {movement.part.get_unit_display()}"
        css = "stock-in" if movement.quantity > 0 else "stock-out"
        return mark_safe(f'<span class="{css}">{escaped(shown)}</span>')  # noqa: S308 - escaped

    @admin.display(description=_("unit cost"))
    def cost(self, movement: StockMovement) -> str:
        if movement.unit_cost is None:
            return "-"
        return price_shown(movement.unit_cost, movement.currency)

    @admin.display(description=_("reversed by"))
    def reversed_by_column(self, movement: StockMovement) -> str:
        if not hasattr(movement, "reversed_by"):
            return "-"
        address = page_address("admin:stock_stockmovement_change", movement.reversed_by.pk)
        return link(address, movement.reversed_by)

    @admin.display(description=_("reason"), ordering="reason")
    def reason_column(self, movement: StockMovement) -> str:
        """The reason; what an order brought names its goods receipt there."""
        return _to_receipt(movement, movement.reason or "-")

    @admin.display(description=_("goods receipt"))
    def receipt_column(self, movement: StockMovement) -> str:
        line = movement.receipt_line
        return _to_receipt(movement, line.receipt.number) if line else "-"

    # --- Correcting ---

    correct_selected = admin.action(
        description=_("Correct selected movements"), permissions=["correct"]
    )(to_page_with_selection("admin:stock_correct", "movement"))

    @action(
        description=_("Correct this movement"),
        url_path="correct-this",
        permissions=["correct"],
        icon="undo",
    )
    def correct_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:stock_correct')}?movement={object_id}")

    def has_correct_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("stock.correct_stock")


def _to_receipt(movement: StockMovement, text: str) -> str:
    """The text, as a link to the goods receipt that recorded the movement if one did."""
    line = movement.receipt_line
    if line is None:
        return text
    return link(page_address("admin:purchasing_goodsreceipt_change", line.receipt_id), text)
