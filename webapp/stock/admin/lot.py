"""Lots and serial numbers in the admin."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from catalog.admin.filters import CategoryFilter
from catalog.models import Part
from core.admin import InventoryAdmin
from core.numbers import plain
from core.text import half_width
from stock.models import Lot, StockLevel


class LotCategoryFilter(CategoryFilter):
    """By the category of the part."""

    part_path = "part__"


@admin.register(Lot)
class LotAdmin(InventoryAdmin):
    """Made by receipts; notes and the date of expiry can be added."""

    list_display = ["code", "serial", "part", "on_hand", "expires_on", "created_at"]
    list_filter = [LotCategoryFilter, ("expires_on", RangeDateFilter)]
    list_select_related = ["part"]
    search_fields = ["code", "serial"]
    search_help_text = _("Lot, serial number, or number or name of the part")
    ordering = ["-id"]
    fields = ["part", "code", "serial", "expires_on", "notes", "created_at"]
    readonly_fields = ["part", "code", "serial", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lot]:
        levels = StockLevel.objects.filter(lot=OuterRef("pk")).order_by().values("lot")
        total = levels.annotate(total=Sum("quantity")).values("total")
        lots: QuerySet[Lot] = super().get_queryset(request)
        return lots.annotate(total=Coalesce(Subquery(total), Value(0), output_field=DecimalField()))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lot], search_term: str
    ) -> tuple[QuerySet[Lot], bool]:
        term = half_width(search_term)
        if not term:
            return queryset, False
        parts = Part.objects.search(term).values("pk")
        return queryset.filter(
            Q(code__icontains=term) | Q(serial__icontains=term) | Q(part__in=parts)
        ), False

    @admin.display(description=_("on hand"))
    def on_hand(self, lot: Lot) -> str:
        total: Decimal = lot.total  # type: ignore[attr-defined]  # annotated above
        return plain(total)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Lot | None = None) -> bool:
        return False
