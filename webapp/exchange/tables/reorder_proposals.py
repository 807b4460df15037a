"""Re-order proposals: exported with their arithmetic, never imported."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import either
from exchange.columns import derived, person
from exchange.tables.base import ExportTable
from purchasing.models import ReorderProposal


class ReorderProposalsTable(ExportTable):
    """What was proposed, why, and what became of it."""

    name = "reorder_proposals"
    label = _("re-order proposals")
    model = ReorderProposal
    view_permission = "purchasing.view_reorderproposal"
    columns = (
        derived("part_number", _("part number"), lambda proposal: proposal.part.number),
        derived(
            "part_name",
            _("part name"),
            lambda proposal: either(proposal.part.name_ja, proposal.part.name_en),
        ),
        derived("status", _("state"), lambda proposal: proposal.get_state_display()),
        derived("supplier", _("supplier"), lambda proposal: proposal.supplier_part.supplier.name),
        derived("sku", _("SKU"), lambda proposal: proposal.supplier_part.sku),
        derived("packs", _("packs"), lambda proposal: proposal.packs),
        derived("quantity", _("quantity"), lambda proposal: proposal.quantity),
        derived("unit", _("unit"), lambda proposal: proposal.part.unit),
        derived(
            "reference",
            _("order number"),
            lambda proposal: proposal.line.order.number if proposal.line else "",
        ),
        derived("on_hand", _("on hand"), lambda proposal: proposal.on_hand),
        derived("on_order", _("on order"), lambda proposal: proposal.on_order),
        derived("drafted", _("in drafts"), lambda proposal: proposal.drafted),
        derived("reorder_point", _("reorder point"), lambda proposal: proposal.reorder_point),
        derived("target_quantity", _("target quantity"), lambda proposal: proposal.target_quantity),
        derived(
            "reorder_quantity", _("reorder quantity"), lambda proposal: proposal.reorder_quantity
        ),
        derived("wanted", _("wanted"), lambda proposal: proposal.wanted),
        derived("created_at", _("proposed at"), lambda proposal: proposal.created_at),
        derived("computed_at", _("computed at"), lambda proposal: proposal.computed_at),
        derived("decided_by", _("decided by"), lambda proposal: person(proposal.decided_by)),
        derived("decided_at", _("decided at"), lambda proposal: proposal.decided_at),
        derived("reason", _("reason"), lambda proposal: proposal.reason),
        derived("dismissed_until", _("dismissed until"), lambda proposal: proposal.dismissed_until),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.select_related("part", "supplier_part__supplier", "line__order", "decided_by")
