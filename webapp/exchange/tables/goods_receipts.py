"""Goods receipts: exported line by line, never imported."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import either
from exchange.columns import derived, person
from exchange.tables.base import ExportTable
from exchange.tables.tree import paths_of
from purchasing.models import GoodsReceipt, GoodsReceiptLine
from stock.models import Location


class GoodsReceiptsTable(ExportTable):
    """What arrived, a line of a receipt a row; reversals are negative."""

    name = "goods_receipts"
    label = _("goods receipts")
    model = GoodsReceipt
    view_permission = "purchasing.view_goodsreceipt"
    columns = (
        derived("number", _("number"), lambda line: line.receipt.number),
        derived("occurred_at", _("received at"), lambda line: line.receipt.occurred_at),
        derived("posted_at", _("recorded at"), lambda line: line.receipt.posted_at),
        derived("reference", _("order number"), lambda line: line.receipt.order.number),
        derived("supplier", _("supplier"), lambda line: line.receipt.order.supplier.name),
        derived("delivery_note", _("delivery note"), lambda line: line.receipt.delivery_note),
        derived("position", _("position"), lambda line: line.order_line.position),
        derived("part_number", _("part number"), lambda line: line.order_line.part.number),
        derived(
            "part_name",
            _("part name"),
            lambda line: either(line.order_line.part.name_ja, line.order_line.part.name_en),
        ),
        derived("sku", _("SKU"), lambda line: line.order_line.sku),
        derived("packs", _("packs"), lambda line: line.quantity),
        derived("quantity", _("quantity"), lambda line: line.base_quantity),
        derived("unit", _("unit"), lambda line: line.order_line.part.unit),
        derived("location_path", _("location"), lambda line: line.location.path),
        derived("reason", _("reason"), lambda line: line.receipt.reason),
        derived("actor", _("recorded by"), lambda line: person(line.receipt.actor)),
        derived(
            "reverses",
            pgettext_lazy("goods receipt", "reverses"),
            lambda line: line.receipt.reverses.number if line.receipt.reverses else "",
        ),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """The lines of a list of receipts."""
        receipts = rows.order_by().values("pk")
        return (
            GoodsReceiptLine.objects.filter(receipt__in=receipts)
            .select_related(
                "receipt__order__supplier",
                "receipt__actor",
                "receipt__reverses",
                "order_line__part",
                "location",
            )
            .order_by("-receipt", "position")
        )

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(Location)
        return {"location_path": lambda line: paths[line.location_id]}
