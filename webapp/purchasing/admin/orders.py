"""Orders in the admin: the list, and the addresses of the pages that work on one."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.models import Supplier
from catalog.search import found_by
from core.admin import InventoryChangeList, ReadOnlyAdmin
from core.dates import day_shown
from core.html import escaped
from core.keys import is_any_in
from core.pages import page_at
from core.text import LONGEST_GRAM
from exchange.exporting import ExportMixin
from purchasing.admin.filters import (
    CreatorFilter,
    LateFilter,
    OpenFilter,
    OrderSupplierFilter,
    OriginFilter,
    PartFilter,
    StateFilter,
    WaitingFilter,
)
from purchasing.amounts import Amounts, amounts_of_orders
from purchasing.models import OrderLine, PurchaseOrder
from purchasing.pages import decisions, document, draft, order, receiving

# The colours of the states' labels.
STATE_LABELS = {
    "draft": "default",
    "approved": "info",
    "ordered": "warning",
    "partial": "warning",
    "received": "success",
    "closed": "success",
    "cancelled": "danger",
}


class OrderChangeList(InventoryChangeList):
    """Knows the amounts of the orders on the page, by one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        amounts = amounts_of_orders([row.pk for row in self.result_list])
        for row in self.result_list:
            row.amounts = amounts.get(row.pk, Amounts())


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ExportMixin, ReadOnlyAdmin):
    """Orders, newest first; made, changed and decided about on pages of their own."""

    export_table = "purchase_orders"
    export_lines = "purchase_order_lines"
    list_display = [
        "number",
        "supplier",
        "state_column",
        "expected_column",
        "amount_column",
        "origin_column",
        "created_at",
    ]
    list_filter = [
        StateFilter,
        OpenFilter,
        LateFilter,
        WaitingFilter,
        OrderSupplierFilter,
        PartFilter,
        OriginFilter,
        CreatorFilter,
    ]
    list_select_related = ["supplier", "created_by"]
    list_only = [
        "number",
        "supplier__name",
        "state",
        "expected_on",
        "origin",
        "created_by__username",
        "created_by__first_name",
        "created_by__last_name",
        "created_at",
    ]
    search_fields = ["number"]
    search_help_text = _("Order number, supplier or its reference, number, name or SKU of a part")
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("add/", draft.create, "purchasing_purchaseorder_add"),
            page("offers/<int:part_id>/", draft.offers, "purchasing_order_offers"),
            page("<int:pk>/change/", order.show, "purchasing_purchaseorder_change"),
            page("<int:pk>/edit/", draft.edit, "purchasing_purchaseorder_edit"),
            page("<int:pk>/receive/", receiving.receive, "purchasing_order_receive"),
            page("<int:pk>/document/", document.document, "purchasing_purchaseorder_document"),
            page(
                "<int:pk>/document.pdf",
                document.document_pdf,
                "purchasing_purchaseorder_document_pdf",
            ),
            *(
                page(f"<int:pk>/{decision.slug}/", decision.view, decision.url_name)
                for decision in decisions.DECISIONS
            ),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OrderChangeList]:
        return OrderChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PurchaseOrder], search_term: str
    ) -> tuple[QuerySet[PurchaseOrder], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        suppliers = Supplier.objects.filter(name__icontains=term)
        lines = OrderLine.objects.filter(found_by(term, part="part"))
        found = Q(number__icontains=term) | Q(supplier_reference__icontains=term)
        supplied = PurchaseOrder.objects.filter(supplier__in=suppliers.values("pk"))
        for orders in (supplied.values("pk"), lines.values("order_id")):
            # Each has an index of its own. A shorter text has none, and all orders are looked at.
            by_index = len(term) > LONGEST_GRAM
            found |= Q(is_any_in("pk", orders)) if by_index else Q(pk__in=orders)
        return queryset.filter(found), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Shows "Add": the page behind it is ours."""
        return request.user.has_perm("purchasing.add_purchaseorder")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Autocomplete pop-ups and Django's own links come here too."""
        return draft.create(self, request)

    # --- Columns ---

    @display(description=_("state"), ordering="state", label=STATE_LABELS)
    def state_column(self, row: PurchaseOrder) -> tuple[str, Any]:
        return row.state, row.get_state_display()

    @admin.display(description=_("expected on"), ordering="expected_on", empty_value="")
    def expected_column(self, row: PurchaseOrder) -> str:
        if row.expected_on is None:
            return ""
        day = day_shown(row.expected_on)
        if not row.is_late:
            return day
        return mark_safe(f'<span class="stock-out">{day} · {escaped(_("late"))}</span>')  # noqa: S308 - escaped

    @admin.display(description=_("amount"))
    def amount_column(self, row: Any) -> str:
        return mark_safe(f'<span class="inventory-nowrap">{escaped(row.amounts) or "–"}</span>')  # noqa: S308 - escaped

    @admin.display(description=_("created by"), ordering="created_by")
    def origin_column(self, row: PurchaseOrder) -> str:
        if row.created_by:
            return row.created_by.display_name
        return row.get_origin_display()
