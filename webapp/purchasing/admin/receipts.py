"""Goods receipts in the admin: the list, the document, the page that takes one back."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.admin.filters import SupplierFilter
from catalog.models import Supplier
from catalog.search import found_by
from core.admin import ReadOnlyAdmin
from core.links import link, page_address
from core.lists.filters import OptionsFilter
from core.pages import as_id, page_at
from core.text import half_width
from exchange.exporting import ExportMixin
from purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder
from purchasing.pages import receipt
from stock.admin.filters import DayRangeFilter


class ReceiptSupplierFilter(SupplierFilter):
    """By the supplier of the order."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        supplier = as_id(self.value())
        return queryset if supplier is None else queryset.filter(order__supplier=supplier)


class ReversalFilter(OptionsFilter):
    """What still holds, and what was taken back by what."""

    title = _("reversal")
    parameter_name = "reversal"
    _CONDITIONS = {
        "none": Q(reverses__isnull=True, reversed_by__isnull=True),
        "reversed": Q(reversed_by__isnull=False),
        "reversal": Q(reverses__isnull=False),
    }

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, Any]]:
        return [
            ("none", _("Receipts that hold")),
            ("reversed", _("Reversed receipts")),
            ("reversal", _("Reversals")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(self._CONDITIONS.get(str(self.value()), Q()))


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(ExportMixin, ReadOnlyAdmin):
    """Every delivery and every reversal, newest first; never changed."""

    export_table = "goods_receipts"
    list_display = [
        "number",
        "holds_column",
        "order_column",
        "supplier_column",
        "occurred_at",
        "actor",
        "delivery_note",
    ]
    list_filter = [ReceiptSupplierFilter, ReversalFilter, ("occurred_at", DayRangeFilter)]
    list_select_related = ["order__supplier", "actor", "reverses", "reversed_by"]
    search_fields = ["number"]
    search_help_text = _("Receipt, order, delivery note, supplier, or number or name of a part")
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("<int:pk>/change/", receipt.show, "purchasing_goodsreceipt_change"),
            page("<int:pk>/reverse/", receipt.reverse, "purchasing_receipt_reverse"),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[GoodsReceipt]", search_term: str
    ) -> tuple["QuerySet[GoodsReceipt]", bool]:
        term = half_width(search_term)
        if not term:
            return queryset, False
        orders = PurchaseOrder.objects.filter(
            Q(number__icontains=term)
            | Q(supplier__in=Supplier.objects.filter(name__icontains=term).values("pk"))
        )
        lines = GoodsReceiptLine.objects.filter(found_by(term, part="order_line__part"))
        return queryset.filter(
            Q(number__icontains=term)
            | Q(delivery_note__icontains=term)
            | Q(order__in=orders.values("pk"))
            | Q(pk__in=lines.values("receipt_id"))
        ), False

    # --- Columns ---

    @admin.display(description=_("order"), ordering="order")
    def order_column(self, row: GoodsReceipt) -> str:
        address = page_address("admin:purchasing_purchaseorder_change", row.order_id)
        return link(address, row.order.number)

    @admin.display(description=_("supplier"), ordering="order__supplier__name")
    def supplier_column(self, row: GoodsReceipt) -> str:
        return row.order.supplier.name

    @display(
        description=_("reversal"),
        label={"": "success", "reversed": "warning", "reversal": "danger"},
    )
    def holds_column(self, row: GoodsReceipt) -> tuple[str, Any]:
        if row.reverses:
            return "reversal", _("Reversal")
        if hasattr(row, "reversed_by"):
            return "reversed", _("Reversed")
        return "", _("Received")
