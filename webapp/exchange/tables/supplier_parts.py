"""supplier_parts.csv"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Part, Supplier, SupplierPart
from core import units
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row
from exchange.finder import Finder, find_parts, lowered, shown_number
from exchange.plan import Plan
from exchange.problems import CellError, Problems
from exchange.tables.base import ModelTable, Writes, is_new
from exchange.tables.suppliers import find_suppliers


@dataclass(frozen=True)
class References:
    """What the file's rows refer to; `offers` are found within their supplier."""

    parts: Finder[Part]
    suppliers: Finder[Supplier]
    offers: Finder[SupplierPart]


def parse_pack_quantity(text: str, part: Part) -> tuple[Decimal, str]:
    """Number and unit of a pack of a part.

    :raises CellError: if it cannot be read, or not be converted into the part's unit
    """
    expected = gettext("a number and a unit that converts into %(unit)s, such as 250 ml") % {
        "unit": part.unit
    }
    try:
        number, unit = units.parse_pack(text, unit=part.unit)
        units.factor(unit, part.unit)
    except ValidationError as error:
        raise CellError(expected, " ".join(error.messages)) from error
    parsers.number(above=Decimal(0))(str(number))
    return number, unit


def shown_pack(offer: SupplierPart) -> str:
    """As a file has it: the unit is left out where it is the part's."""
    number = shown_number(offer.pack_quantity)
    return number if offer.pack_unit == offer.part.unit else f"{number} {offer.pack_unit}"


def _number(offer: SupplierPart) -> str:
    return offer.part.number if offer.part_id else ""


class SupplierPartsTable(ModelTable[References]):
    """Parts as suppliers sell them, by supplier and SKU."""

    name = "supplier_parts"
    label = _("supplier parts")
    model = SupplierPart
    import_permissions = ("catalog.add_supplierpart", "catalog.change_supplierpart")
    view_permission = "catalog.view_supplierpart"
    columns = (
        Column(
            name="part_number",
            label=_("part number"),
            parse=parsers.code(64),
            field="part",
            required=True,
            filled=True,
            get=_number,
            example="MTR-2212-920",
        ),
        Column(
            name="supplier",
            label=_("supplier"),
            parse=parsers.text(200),
            identity=True,
            required=True,
            filled=True,
            get=lambda offer: offer.supplier.name,
            example="Example Electronics",
        ),
        Column(
            name="sku",
            label=_("SKU"),
            parse=parsers.code(100),
            identity=True,
            required=True,
            filled=True,
            example="EX-2212-920",
        ),
        Column(name="description", label=_("description"), parse=parsers.text(500)),
        Column(
            name="pack_quantity",
            label=_("pack size"),
            parse=parsers.code(40),
            get=shown_pack,
            stored=("pack_quantity", "pack_unit"),
            example="10",
            help=_("Number and unit, such as 250 ml, 100m, 500; empty: 1 of the part's unit."),
        ),
        Column(
            name="minimum_order_quantity",
            label=_("minimum order quantity"),
            parse=parsers.number(above=Decimal(0)),
            empty=Decimal(1),
            example="1",
            help=_("In packs."),
        ),
        Column(
            name="price_break_quantity",
            label=_("price valid from"),
            parse=parsers.number(above=Decimal(0)),
            empty=Decimal(1),
            example="1",
            help=_("In packs."),
        ),
        Column(
            name="unit_price",
            label=_("price of a pack"),
            parse=parsers.number(digits=19),
            empty=None,
            example="1,280",
        ),
        Column(
            name="currency",
            label=_("currency"),
            parse=parsers.currency,
            example="JPY",
            help=_("ISO code; empty: the supplier's currency, when there is a price."),
        ),
        Column(
            name="lead_time_days",
            label=_("lead time (days)"),
            parse=parsers.integer,
            empty=None,
            example="14",
        ),
        Column(
            name="preferred",
            label=_("preferred"),
            parse=parsers.boolean,
            empty=False,
            example="true",
            help=_("At most one supplier part of each part."),
        ),
        Column(name="active", label=_("active"), parse=parsers.boolean, empty=True, example="true"),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.select_related("part", "supplier")

    def load(self, rows: Sequence[Row], *, lock: bool) -> References:
        skus = lowered(row.cells["sku"] for row in rows)
        offers = (
            SupplierPart.objects.annotate(written=Lower("sku"))
            .filter(written__in=skus)
            .select_related("part", "supplier")
            .order_by("pk")
        )
        if lock:
            offers = offers.select_for_update(no_key=True, of=("self",))
        found: Finder[SupplierPart] = Finder()
        for offer in offers:
            found.add(offer.sku, offer, within=offer.supplier_id)
        return References(
            find_parts((row.cells["part_number"] for row in rows), lock=False),
            find_suppliers(),
            found,
        )

    def find(self, row: Row, references: References) -> SupplierPart | None:
        supplier = references.suppliers.find(row.values["supplier"])
        return references.offers.find(
            row.cells["sku"], within=supplier.pk if supplier else object()
        )

    def identity(self, row: Row, found: SupplierPart | None) -> Hashable:
        if found and found.pk:
            return found.pk
        return fold(row.values["supplier"]), fold(row.values["sku"])

    def key(self, row: Row) -> str:
        return f"{row.values['supplier']}: {row.values['sku']}"

    def new(self, row: Row, references: References) -> SupplierPart:
        return SupplierPart(sku=row.values["sku"])

    def fill(
        self, instance: SupplierPart, row: Row, references: References, problems: Problems
    ) -> None:
        super().fill(instance, row, references, problems)
        part = self._part(row, references, problems)
        supplier = references.suppliers.find(row.values["supplier"])
        if supplier is None:
            problems.add(
                row.number,
                "supplier",
                row.cells["supplier"],
                gettext("the name of a supplier that exists"),
                gettext("Import or add the supplier first, or correct the name."),
            )
        if part is None or supplier is None:
            return
        added = is_new(instance)
        instance.part = part
        instance.supplier = supplier
        if "pack_quantity" in row or added:
            self._fill_pack(instance, row, problems)
        if instance.unit_price is not None and not instance.currency:
            instance.currency = supplier.currency

    def _part(self, row: Row, references: References, problems: Problems) -> Part | None:
        if "part_number" not in row:
            return None
        part = references.parts.find(row.cells["part_number"])
        if part is None:
            problems.add(
                row.number,
                "part_number",
                row.cells["part_number"],
                gettext("the number of a part that exists"),
                gettext("Import or add the part first, or correct the number."),
            )
        return part

    def _fill_pack(self, instance: SupplierPart, row: Row, problems: Problems) -> None:
        written = row.values.get("pack_quantity", "")
        if not written:
            instance.pack_quantity, instance.pack_unit = Decimal(1), instance.part.unit
            return
        try:
            pack = parse_pack_quantity(written, instance.part)
        except CellError as error:
            row.faulty.add("pack_quantity")
            problems.add(row.number, "pack_quantity", written, error.expected, error.remedy)
        else:
            instance.pack_quantity, instance.pack_unit = pack

    def check(
        self, instance: SupplierPart, row: Row, references: References, problems: Problems
    ) -> None:
        if not instance.part_id or "pack_quantity" in row.faulty:
            return
        try:
            units.factor(instance.pack_unit, instance.part.unit)
        except ValidationError as error:  # the part of an old pack may have changed
            problems.add(
                row.number,
                "part_number",
                row.cells["part_number"],
                gettext("a part that packs of %(unit)s convert into")
                % {"unit": instance.pack_unit},
                " ".join(error.messages),
            )

    def finish(self, plan: Plan, references: References) -> None:
        """At most one preferred offer of a part, counting those that are not in the file."""
        writes: Writes = plan.payload
        rows = self._preferred_rows(plan)
        if not rows:
            return
        in_file = {offer.pk for offer, _change in writes.changed}
        others = (
            SupplierPart.objects.filter(preferred=True, part__in={part for part, _row in rows})
            .exclude(pk__in=in_file)
            .select_related("supplier")
        )
        holders = {other.part_id: other for other in others}
        first: dict[int, int] = {}
        for part, row in rows:
            if part in holders:
                plan.problems.add(
                    row,
                    "preferred",
                    gettext("preferred"),
                    gettext("no other preferred supplier of the part"),
                    gettext(
                        "%(other)s is preferred. Take the mark from it, in the file or on its page."
                    )
                    % {"other": holders[part]},
                )
            elif part in first:
                plan.problems.add(
                    row,
                    "preferred",
                    gettext("preferred"),
                    gettext("one preferred supplier of a part"),
                    gettext("Row %(row)d is preferred as well. Choose one of them.")
                    % {"row": first[part]},
                )
            first.setdefault(part, row)

    def _preferred_rows(self, plan: Plan) -> list[tuple[int, int]]:
        """Part and row of what becomes preferred, or moves to another part as such."""
        writes: Writes = plan.payload
        created = (change for change in plan.changes if change.kind == "create")
        offers = [
            (offer, change.row) for offer, change in zip(writes.created, created, strict=True)
        ]
        offers += [(offer, change.row) for offer, change in writes.changed]
        return sorted(
            ((offer.part_id, row) for offer, row in offers if offer.preferred),
            key=lambda found: found[1],
        )

    def update(self, instances: Sequence[Any], attributes: Iterable[str], *, at: datetime) -> None:
        """First take the marks of preference away: two of a part at once are refused."""
        names = set(attributes)
        if "preferred" in names:
            unmarked = [offer for offer in instances if not offer.preferred]
            super().update(unmarked, {"preferred"}, at=at)
        super().update(instances, names, at=at)

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        """The parts of the offers, and those that an offer was of before."""
        writes: Writes = plan.payload
        offers = [*writes.created, *(offer for offer, _change in writes.changed)]
        before = {
            item.old
            for _offer, change in writes.changed
            for item in change.fields
            if item.column == "part_number"
        }
        left = Part.objects.filter(number__in=before) if before else Part.objects.none()
        return {offer.part_id for offer in offers} | set(left.values_list("pk", flat=True))
