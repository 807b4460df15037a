"""parts.csv"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Part, SupplierPart, Tracking
from catalog.models.part import LEDGER_FIELDS
from core import units
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row
from exchange.finder import Finder, find_parts
from exchange.plan import FieldChange, Plan
from exchange.problems import Problems
from exchange.tables.base import ModelTable, Writes
from exchange.tables.tree import Tree, parse_path, paths_of
from stock.models import StockMovement

PART_NUMBER = Column(
    name="part_number",
    label=_("part number"),
    parse=parsers.code(64),
    field="number",
    identity=True,
    required=True,
    filled=True,
    aliases=("number",),
    example="MTR-2212-920",
)


_OF_NEED = frozenset({"unit", "reorder_point", "target_quantity", "reorder_quantity", "active"})


@dataclass(frozen=True)
class References:
    """The parts of the file, and the categories."""

    parts: Finder[Part]
    categories: Tree[Category]


def _category_path(part: Part) -> str:
    return part.category.path if part.category_id else ""


class PartsTable(ModelTable[References]):
    """Parts by part number."""

    name = "parts"
    label = _("parts")
    model = Part
    import_permissions = ("catalog.add_part", "catalog.change_part")
    view_permission = "catalog.view_part"

    columns = (
        PART_NUMBER,
        Column(
            name="name_ja",
            label=_("name (Japanese)"),
            parse=parsers.text(200),
            example="ブラシレスモーター 2212",
        ),
        Column(
            name="name_en",
            label=_("name (English)"),
            parse=parsers.text(200),
            aliases=("name",),
            example="Brushless motor 2212",
        ),
        Column(name="description_ja", label=_("description (Japanese)"), parse=parsers.text()),
        Column(
            name="description_en",
            label=_("description (English)"),
            parse=parsers.text(),
            aliases=("description",),
            example="920 KV, for 10 inch propellers",
        ),
        Column(
            name="category_path",
            label=_("category"),
            parse=parse_path,
            field="category",
            filled=True,
            needed_for_new=True,
            get=_category_path,
            aliases=("category",),
            example="Motors/Brushless",
            help=_("Path from the root, separated by “/”; the category must exist."),
        ),
        Column(
            name="unit",
            label=_("unit"),
            parse=parsers.unit,
            empty=units.PIECES,
            example="pcs",
            help=_("Such as pcs, m, kg, l; empty: pcs."),
        ),
        Column(
            name="tracking",
            label=_("tracking"),
            parse=parsers.choice({choice.value: choice.label for choice in Tracking}),
            empty=Tracking.NONE.value,
            example="none",
            help=_("none, lot or serial."),
        ),
        Column(
            name="reorder_point",
            label=_("reorder point"),
            parse=parsers.number(),
            empty=Decimal(0),
            aliases=("minimum_stock",),
            example="20",
        ),
        Column(
            name="target_quantity",
            label=_("target quantity"),
            parse=parsers.number(),
            empty=None,
            example="100",
        ),
        Column(
            name="reorder_quantity",
            label=_("reorder quantity"),
            parse=parsers.number(),
            empty=None,
            example="50",
        ),
        Column(
            name="lead_time_days",
            label=_("lead time (days)"),
            parse=parsers.integer,
            empty=None,
            example="14",
        ),
        Column(name="active", label=_("active"), parse=parsers.boolean, empty=True, example="true"),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.select_related("category").defer("search_text")

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(Category)
        return {"category_path": lambda part: paths[part.category_id]}

    def load(self, rows: Sequence[Row], *, lock: bool) -> References:
        parts = find_parts((row.cells["part_number"] for row in rows), lock=lock, whole=True)
        return References(parts, Tree(Category.objects.order_by("pk")))

    def find(self, row: Row, references: References) -> Part | None:
        return references.parts.find(row.cells["part_number"])

    def identity(self, row: Row, found: Part | None) -> Hashable:
        return found.pk if found and found.pk else fold(row.values["part_number"])

    def key(self, row: Row) -> str:
        return str(row.values["part_number"])

    def new(self, row: Row, references: References) -> Part:
        return Part(number=row.values["part_number"])

    def fill(self, instance: Part, row: Row, references: References, problems: Problems) -> None:
        super().fill(instance, row, references, problems)
        if "category_path" not in row:
            return
        path = row.values["category_path"]
        category = references.categories.find(path)
        if category is None:
            problems.add(
                row.number,
                "category_path",
                path,
                gettext("the path of a category that exists"),
                gettext("Import or add the category first, or correct the path."),
            )
        else:
            instance.category = category

    def check(self, instance: Part, row: Row, references: References, problems: Problems) -> None:
        if not (instance.name_ja or instance.name_en or row.faulty & {"name_ja", "name_en"}):
            problems.add(
                row.number,
                "name_en",
                gettext("no name"),
                gettext("a name in Japanese or in English"),
                gettext("Fill in name_ja or name_en."),
            )
        target = instance.target_quantity
        if row.faulty & {"reorder_point", "target_quantity"}:
            return
        if target is not None and target < instance.reorder_point:
            problems.add(
                row.number,
                "target_quantity",
                target,
                gettext("at least the reorder point, %(point)s")
                % {"point": instance.reorder_point},
                gettext("Raise the target quantity, or leave it empty."),
            )

    def finish(self, plan: Plan, references: References) -> None:
        """Units and trackings that stock, history or packs hold fast."""
        writes: Writes = plan.payload
        new_units = {}
        for part, change in writes.changed:
            for item in change.fields:
                if item.column == "unit":
                    new_units[part.pk] = (change.row, item)
                elif item.column == "tracking" and part.on_hand:
                    plan.problems.add(
                        change.row,
                        "tracking",
                        item.new,
                        gettext("%(tracking)s: there is stock of the part")
                        % {"tracking": item.old},
                        gettext("Keep the tracking; it can change once nothing is on hand."),
                    )
        if new_units:
            self._check_units(plan, new_units)

    def _check_units(self, plan: Plan, new_units: dict[int, tuple[int, FieldChange]]) -> None:
        moved = StockMovement.objects.filter(part__in=new_units).order_by()
        for pk in moved.values_list("part", flat=True).distinct():
            row, item = new_units.pop(pk)
            plan.problems.add(
                row,
                "unit",
                item.new,
                gettext("%(unit)s: movements were recorded in it") % {"unit": item.old},
                gettext("Keep the unit, or make a new part with the other unit."),
            )
        for offer in SupplierPart.objects.filter(part__in=new_units).select_related("supplier"):
            row, item = new_units[offer.part_id]
            try:
                units.factor(offer.pack_unit, item.new)
            except ValidationError as error:
                plan.problems.add(
                    row,
                    "unit",
                    item.new,
                    gettext("a unit that packs of %(unit)s convert into")
                    % {"unit": offer.pack_unit},
                    gettext("%(offer)s is sold in packs of %(unit)s. %(why)s")
                    % {"offer": offer, "unit": offer.pack_unit, "why": " ".join(error.messages)},
                )

    def update(self, instances: Sequence[Any], attributes: Iterable[str], *, at: datetime) -> None:
        for part in instances:
            part.updated_at = at
        super().update(instances, {*attributes, "updated_at"} - LEDGER_FIELDS, at=at)

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        """Those whose need may have changed."""
        writes: Writes = plan.payload
        created = {part.pk for part in writes.created if part.reorder_point}
        changed = {
            part.pk
            for part, change in writes.changed
            if any(item.column in _OF_NEED for item in change.fields)
        }
        return created | changed
