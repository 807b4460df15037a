"""Re-order proposals in the admin: the list, and the addresses of the pages that decide."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.admin.filters import CategoryFilter, SupplierFilter
from catalog.search import found_by
from core.admin import MOST_CHOSEN, ReadOnlyAdmin, to_page_with_selection
from core.errors import BusinessError
from core.links import link, page_address
from core.lists.filters import OptionsFilter
from core.numbers import plain
from core.pages import as_id, page_at
from exchange.exporting import ExportMixin
from purchasing.models import ProposalState, ReorderProposal
from purchasing.pages import proposals
from purchasing.reorder.explaining import ordered_packs, packs_shown

ALL = "all"
STATE_LABELS = {
    "open": "warning",
    "accepted": "success",
    "dismissed": "default",
    "withdrawn": "default",
}


class ProposalStateFilter(OptionsFilter):
    """What became of them; the list begins with those that somebody has to decide about."""

    title = _("state")
    parameter_name = "state"
    all_option = None  # type: ignore[assignment]  # unfold declares it by its default

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, Any]]:
        decided = [choice for choice in ProposalState.choices if choice[0] != ProposalState.OPEN]
        return [("", ProposalState.OPEN.label), *decided, (ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value() or ProposalState.OPEN
        return queryset if value == ALL else queryset.filter(state=value)


class ProposalSupplierFilter(SupplierFilter):
    """By the supplier that it would be bought from."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        supplier = as_id(self.value())
        return queryset if supplier is None else queryset.filter(supplier_part__supplier=supplier)


class ProposalCategoryFilter(CategoryFilter):
    """By the category of the part."""

    part_path = "part__"
    by_time = True


@admin.register(ReorderProposal)
class ReorderProposalAdmin(ExportMixin, ReadOnlyAdmin):
    """What should be ordered, newest first; decided about on pages of their own."""

    export_table = "reorder_proposals"
    list_display = [
        "part_column",
        "supplier_column",
        "state_column",
        "to_order_column",
        "position_column",
        "reorder_point_column",
        "created_at",
        "order_column",
    ]
    list_display_links = ["part_column"]
    list_filter = [ProposalStateFilter, ProposalSupplierFilter, ProposalCategoryFilter]
    list_select_related = ["part", "supplier_part__supplier", "line__order"]
    list_only = [
        "state",
        "packs",
        "factor",
        "on_hand",
        "on_order",
        "drafted",
        "reorder_point",
        "created_at",
        "part__number",
        "part__name_ja",
        "part__name_en",
        "part__unit",
        "supplier_part__supplier__name",
        "line__quantity",
        "line__order__number",
    ]
    search_fields = ["part__number"]
    search_help_text = _("Number, name or SKU of the part")
    ordering = ["-id"]
    actions = ["accept_selected", "dismiss_selected"]

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("dismiss/", proposals.dismiss, "purchasing_proposal_dismiss"),
            page("<int:pk>/change/", proposals.show, "purchasing_reorderproposal_change"),
            page("<int:pk>/accept/", proposals.accept, "purchasing_proposal_accept"),
            page("<int:pk>/packs/", proposals.change, "purchasing_proposal_packs"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReorderProposal]:
        found: QuerySet[ReorderProposal] = super().get_queryset(request)
        return found.defer("part__search_text", "supplier_part__search_text")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReorderProposal], search_term: str
    ) -> tuple[QuerySet[ReorderProposal], bool]:
        return queryset.filter(found_by(search_term, part="part", by_time=True)), False

    # --- Columns ---

    @admin.display(description=_("part"), ordering="part__number")
    def part_column(self, proposal: ReorderProposal) -> str:
        return str(proposal.part)

    @admin.display(description=_("supplier"), ordering="supplier_part__supplier__name")
    def supplier_column(self, proposal: ReorderProposal) -> str:
        return proposal.supplier_part.supplier.name

    @display(description=_("state"), ordering="state", label=STATE_LABELS)
    def state_column(self, proposal: ReorderProposal) -> tuple[str, Any]:
        return proposal.state, proposal.get_state_display()

    @admin.display(description=_("to order"))
    def to_order_column(self, proposal: ReorderProposal) -> str:
        packs = ordered_packs(proposal)
        quantity = plain(round(packs * proposal.factor, 6))
        counted = f"= {quantity} {proposal.part.get_unit_display()}"
        # One line or two, and not three.
        return " ".join(text.replace(" ", "\u00a0") for text in (packs_shown(packs), counted))

    @admin.display(description=_("stock + coming"))
    def position_column(self, proposal: ReorderProposal) -> str:
        return plain(proposal.position)

    @admin.display(description=_("reorder point"), ordering="reorder_point")
    def reorder_point_column(self, proposal: ReorderProposal) -> str:
        return plain(proposal.reorder_point)

    @admin.display(description=_("order"), empty_value="")
    def order_column(self, proposal: ReorderProposal) -> str:
        if proposal.line is None:
            return ""
        order = proposal.line.order
        return link(page_address("admin:purchasing_purchaseorder_change", order.pk), order)

    # --- Deciding about those chosen ---

    @admin.action(description=_("Accept the chosen proposals"), permissions=["decide"])
    def accept_selected(self, request: HttpRequest, queryset: QuerySet[ReorderProposal]) -> None:
        ids = list(queryset.values_list("pk", flat=True)[: MOST_CHOSEN + 1])
        if len(ids) > MOST_CHOSEN:
            text = _t("At most %(limit)d rows at once. Choose fewer.") % {"limit": MOST_CHOSEN}
            messages.error(request, text)
            return
        try:
            proposals.accept_all(request, ids)
        except BusinessError as error:
            messages.error(request, str(error))

    dismiss_selected = admin.action(
        description=_("Dismiss the chosen proposals"), permissions=["decide"]
    )(to_page_with_selection("admin:purchasing_proposal_dismiss", "proposal"))

    def has_decide_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(proposals.DECIDE)
