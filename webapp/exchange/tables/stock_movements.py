"""Stock movements: exported, never imported."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import either
from exchange import parsers
from exchange.columns import Column
from exchange.tables.base import ExportTable
from exchange.tables.tree import paths_of
from stock.models import Location, StockMovement


def _column(name: str, label: Any, get: Callable[[StockMovement], Any]) -> Column:
    return Column(name=name, label=label, parse=parsers.text(), get=get)


class StockMovementsTable(ExportTable):
    """The ledger as it stands."""

    name = "stock_movements"
    label = _("stock movements")
    model = StockMovement
    view_permission = "stock.view_stockmovement"
    columns = (
        _column("id", _("number"), lambda movement: movement.pk),
        _column("occurred_at", _("happened at"), lambda movement: movement.occurred_at),
        _column("posted_at", _("recorded at"), lambda movement: movement.posted_at),
        _column("kind", _("kind"), lambda movement: movement.get_kind_display()),
        _column("part_number", _("part number"), lambda movement: movement.part.number),
        _column(
            "part_name",
            _("part name"),
            lambda movement: either(movement.part.name_ja, movement.part.name_en),
        ),
        _column("location_path", _("location"), lambda movement: movement.location.path),
        _column("batch", _("lot"), lambda movement: movement.lot.code if movement.lot else ""),
        _column(
            "serial",
            _("serial number"),
            lambda movement: movement.lot.serial if movement.lot else "",
        ),
        _column("quantity", _("quantity"), lambda movement: movement.quantity),
        _column("unit", _("unit"), lambda movement: movement.part.unit),
        _column("unit_cost", _("unit cost"), lambda movement: movement.unit_cost),
        _column("currency", _("currency"), lambda movement: movement.currency),
        _column("reason", _("reason"), lambda movement: movement.reason),
        _column(
            "actor",
            _("recorded by"),
            lambda movement: movement.actor.display_name if movement.actor else "",
        ),
        _column("reverses", _("reverses"), lambda movement: movement.reverses_id),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.select_related("part", "location", "lot", "actor")

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(Location)
        return {"location_path": lambda movement: paths[movement.location_id]}
