"""Goods receipts in the admin: the list, the document, the page that takes one back."""

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display

from catalog.admin.filters import SupplierFilter
from catalog.models import Part, Supplier
from core.admin import ReadOnlyAdmin
from core.pages import as_id
from core.text import half_width
from purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder
from purchasing.pages import receiving
from purchasing.receipt_contents import received_lines
from stock.admin.filters import DayRangeFilter


class ReceiptSupplierFilter(SupplierFilter):
    """By the supplier of the order."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        supplier = as_id(self.value())
        return queryset if supplier is None else queryset.filter(order__supplier=supplier)


class ReversalFilter(DropdownFilter):
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
class GoodsReceiptAdmin(ReadOnlyAdmin):
    """Every delivery and every reversal, newest first; never changed."""

    list_display = [
        "number",
        "order_column",
        "supplier_column",
        "occurred_at",
        "actor",
        "delivery_note",
        "holds_column",
    ]
    list_filter = [ReceiptSupplierFilter, ReversalFilter, ("occurred_at", DayRangeFilter)]
    list_select_related = ["order__supplier", "actor", "reverses", "reversed_by"]
    search_fields = ["number"]
    search_help_text = _("Receipt, order, delivery note, supplier, or number or name of a part")
    ordering = ["-id"]
    actions_detail = ["reverse_this"]  # type: ignore[assignment]  # unfold declares it empty
    change_form_outer_after_template = "purchasing/receipt.html"  # type: ignore[assignment]  # unfold: None
    fields = [
        ("number", "holds_column"),
        ("order_column", "supplier_column"),
        ("occurred_at", "posted_at"),
        ("actor", "delivery_note"),
        "reason",
        "reverses_column",
    ]
    readonly_fields = [
        "order_column",
        "supplier_column",
        "holds_column",
        "reverses_column",
        "posted_at",
    ]

    def get_urls(self) -> list[URLPattern]:
        view = update_wrapper(partial(receiving.reverse, self), receiving.reverse)
        return [
            path(
                "<int:pk>/reverse/",
                self.admin_site.admin_view(view),
                name="purchasing_receipt_reverse",
            ),
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
        lines = GoodsReceiptLine.objects.filter(
            order_line__part__in=Part.objects.search(term).values("pk")
        )
        return queryset.filter(
            Q(number__icontains=term)
            | Q(delivery_note__icontains=term)
            | Q(order__in=orders.values("pk"))
            | Q(pk__in=lines.values("receipt_id"))
        ), False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the lines beneath the header."""
        receipt = context.get("original")
        if receipt is not None:
            ledger = reverse("admin:stock_stockmovement_changelist")
            may_see = request.user.has_perm("stock.view_stockmovement")
            context.update(
                lines=received_lines(receipt),
                movements_url=f"{ledger}?idempotency_key={receipt.idempotency_key}"
                if may_see
                else "",
            )
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Columns ---

    @admin.display(description=_("order"), ordering="order")
    def order_column(self, receipt: GoodsReceipt) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:purchasing_purchaseorder_change", args=[receipt.order_id]),
            receipt.order.number,
        )

    @admin.display(description=_("supplier"), ordering="order__supplier__name")
    def supplier_column(self, receipt: GoodsReceipt) -> str:
        return receipt.order.supplier.name

    @display(
        description=_("reversal"),
        label={"": "success", "reversed": "warning", "reversal": "danger"},
    )
    def holds_column(self, receipt: GoodsReceipt) -> tuple[str, Any]:
        if receipt.reverses:
            return "reversal", _("Reversal")
        if hasattr(receipt, "reversed_by"):
            return "reversed", _("Reversed")
        return "", _("Received")

    @admin.display(description=_("reverses or is reversed by"))
    def reverses_column(self, receipt: GoodsReceipt) -> str:
        other = receipt.reverses or getattr(receipt, "reversed_by", None)
        if other is None:
            return "-"
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:purchasing_goodsreceipt_change", args=[other.pk]),
            other.number,
        )

    # --- Taking back ---

    @action(
        description=_("Reverse this receipt"),
        url_path="reverse-this",
        permissions=["reverse"],
        icon="undo",
    )
    def reverse_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:purchasing_receipt_reverse", object_id)

    def has_reverse_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The right to, and a receipt that still holds."""
        if not request.user.has_perm("purchasing.reverse_goodsreceipt"):
            return False
        pk = as_id(obj)
        if pk is None:
            return True
        return GoodsReceipt.objects.filter(
            pk=pk, reverses__isnull=True, reversed_by__isnull=True
        ).exists()
