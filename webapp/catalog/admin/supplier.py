"""Suppliers, and what they sell, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter

from catalog.admin.filters import CategoryFilter
from catalog.models import Part, Supplier, SupplierPart
from core.admin import InventoryAdmin, PlainNumbersMixin
from core.currencies import price_shown
from core.numbers import plain
from exchange.exporting import ExportMixin


@admin.register(Supplier)
class SupplierAdmin(ExportMixin, InventoryAdmin):
    """Companies that parts are bought from."""

    export_table = "suppliers"
    list_display = ["name", "currency", "website", "email", "active"]
    list_filter = [("active", BooleanRadioFilter)]
    search_fields = ["name"]
    ordering = ["name"]

    def obstacles_to_delete(self, obj: Supplier) -> list[str]:
        sold = obj.supplier_parts.count()
        if not sold:
            return []
        return [
            ngettext(
                "%(supplier)s cannot be deleted: it supplies %(count)d part. "
                "Take the mark “active” from it instead.",
                "%(supplier)s cannot be deleted: it supplies %(count)d parts. "
                "Take the mark “active” from it instead.",
                sold,
            )
            % {"supplier": obj, "count": sold}
        ]


class SupplierPartCategoryFilter(CategoryFilter):
    """By the category of the part."""

    part_path = "part__"


@admin.register(SupplierPart)
class SupplierPartAdmin(ExportMixin, InventoryAdmin):
    """Under which number, in which packs and at what price a supplier sells a part."""

    export_table = "supplier_parts"
    list_display = [
        "sku",
        "supplier",
        "part",
        "pack",
        "minimum",
        "price",
        "lead_time_days",
        "preferred",
        "active",
    ]
    list_filter = [
        ("preferred", BooleanRadioFilter),
        ("active", BooleanRadioFilter),
        SupplierPartCategoryFilter,
    ]
    list_select_related = ["supplier", "part"]
    search_fields = ["sku"]
    search_help_text = _("SKU, or number or name of the part")
    autocomplete_fields = ["part", "supplier"]
    ordering = ["supplier__name", "sku"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SupplierPart], search_term: str
    ) -> tuple[QuerySet[SupplierPart], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(part__in=Part.objects.search(search_term).values("pk")), False

    @admin.display(description=_("pack size"))
    def pack(self, item: SupplierPart) -> str:
        return f"{plain(item.pack_quantity)} {item.get_pack_unit_display()}"

    @admin.display(description=_("minimum order"))
    def minimum(self, item: SupplierPart) -> str:
        return plain(item.minimum_order_quantity)

    @admin.display(description=_("price of a pack"), ordering="unit_price")
    def price(self, item: SupplierPart) -> str:
        return "" if item.unit_price is None else price_shown(item.unit_price, item.currency)


class SupplierPartInline(PlainNumbersMixin, TabularInline):  # type: ignore[misc]  # unfold's inlines disagree with Django's
    """The suppliers of a part, on the part's page."""

    model = SupplierPart
    extra = 0
    tab = True
    show_title = False
    fields = [
        "supplier",
        "sku",
        "pack_quantity",
        "pack_unit",
        "minimum_order_quantity",
        "unit_price",
        "currency",
        "lead_time_days",
        "preferred",
        "active",
    ]
    autocomplete_fields = ["supplier"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("supplier").order_by("supplier__name")
