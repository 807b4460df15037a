"""opening_stock.csv"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from catalog.models import Part
from core import units
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row
from exchange.plan import Change, ChangeKind, FieldChange, Plan
from exchange.problems import Problems
from exchange.tables.base import Table, is_new
from exchange.tables.opening_rows import References, check_lot, check_price, load, location_of
from exchange.tables.tree import parse_path, paths_of
from stock.models import Location, StockLevel
from stock.opening import Cost, OpeningCount, lot_key, post_opening_stock


@dataclass
class Place:
    """The rows of one part, location and lot, added up."""

    part: Part
    location: Location
    batch: str
    serial: str
    rows: list[Row] = field(default_factory=list)

    @property
    def counted(self) -> Decimal:
        return sum((row.values["quantity"] for row in self.rows), Decimal(0))

    @property
    def key(self) -> str:
        lot = " ".join(text for text in (self.batch, self.serial and f"#{self.serial}") if text)
        return f"{self.part.number} {lot} @ {self.location.path or self.location.name}".replace(
            "  ", " "
        )

    def costs(self, present: Decimal) -> list[Cost]:
        """What makes up the difference: each price of the file where nothing was there before.

        A later difference has no price of its own, unless the file gives the same in every row.
        """
        prices: list[tuple[Decimal | None, str]] = [
            (row.values.get("unit_price"), row.values.get("currency", "")) for row in self.rows
        ]
        difference = self.counted - present
        if present == 0:
            amounts: dict[tuple[Decimal | None, str], Decimal] = {}
            for row, paid in zip(self.rows, prices, strict=True):
                amounts[paid] = amounts.get(paid, Decimal(0)) + row.values["quantity"]
            return [
                Cost(quantity=amount, unit_cost=price, currency=currency)
                for (price, currency), amount in amounts.items()
                if amount
            ]
        if difference > 0 and len(set(prices)) == 1:
            price, currency = prices[0]
            return [Cost(quantity=difference, unit_cost=price, currency=currency)]
        return [Cost(quantity=difference)]


def _lot_text(attribute: str) -> Callable[[StockLevel], str]:
    return lambda level: getattr(level.lot, attribute) if level.lot else ""


class OpeningStockTable(Table):
    """Stock as it was counted; the difference to the books is recorded."""

    name = "opening_stock"
    label = _("opening stock")
    model = StockLevel
    import_permissions = ("stock.count_stock",)
    view_permission = "stock.view_stocklevel"
    columns = (
        Column(
            name="part_number",
            label=_("part number"),
            parse=parsers.code(64),
            required=True,
            filled=True,
            get=lambda level: level.part.number,
            example="MTR-2212-920",
        ),
        Column(
            name="location_path",
            label=_("location"),
            parse=parse_path,
            get=lambda level: level.location.path,
            aliases=("location",),
            example="Main store/Shelf A",
            help=_("Path from the root; empty: “Unassigned”."),
        ),
        Column(
            name="batch",
            label=_("lot"),
            parse=parsers.code(100),
            get=_lot_text("code"),
            aliases=("lot", "lot_code"),
        ),
        Column(
            name="serial",
            label=_("serial number"),
            parse=parsers.code(100),
            get=_lot_text("serial"),
            help=_("One row, of quantity 1, for each."),
        ),
        Column(
            name="quantity",
            label=_("quantity"),
            parse=parsers.number(),
            required=True,
            filled=True,
            example="120",
            help=_("As counted, in the part's unit."),
        ),
        Column(
            name="unit_price",
            label=_("unit cost"),
            parse=parsers.number(digits=19),
            empty=None,
            get=lambda _level: None,
            example="1,150",
        ),
        Column(
            name="currency",
            label=_("currency"),
            parse=parsers.currency,
            get=lambda _level: "",
            example="JPY",
        ),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.select_related("part", "location", "lot")

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(Location)
        return {"location_path": lambda level: paths[level.location_id]}

    def plan(self, rows: Sequence[Row], problems: Problems, *, lock: bool) -> Plan:
        plan = Plan(self.name, rows=rows, problems=problems)
        references = load(rows, lock=lock)
        places: dict[tuple[Any, ...], Place] = {}
        for row in rows:
            self._gather(row, references, problems, places)
        _check_serials(places.values(), problems)
        _check_whole(places.values(), problems)
        counts: list[OpeningCount] = []
        for place in places.values():
            _compare(place, references, plan, counts)
        plan.changes.sort(key=lambda change: change.row)
        if is_new(references.unassigned) and any(
            count.location is references.unassigned for count in counts
        ):
            plan.notes.append(
                gettext(
                    "Rows without a location go to “%(name)s”, a location that is made for them."
                )
                % {"name": references.unassigned.name}
            )
        plan.payload = counts
        return plan

    def _gather(
        self,
        row: Row,
        references: References,
        problems: Problems,
        places: dict[tuple[Any, ...], Place],
    ) -> None:
        part = location = None
        if "part_number" in row:
            part = references.parts.find(row.cells["part_number"])
            if part is None:
                problems.add(
                    row.number,
                    "part_number",
                    row.cells["part_number"],
                    gettext("the number of a part that exists"),
                    gettext("Import or add the part first, or correct the number."),
                )
        if "location_path" not in row.faulty:
            location = location_of(row, references, problems)
        check_price(row, problems)
        if row.faulty or part is None or location is None:
            return
        batch, serial = row.values.get("batch", ""), row.values.get("serial", "")
        if not check_lot(row, part, batch, serial, references, problems):
            return
        key = (part.pk, id(location), fold(batch), fold(serial))
        place = places.setdefault(key, Place(part, location, batch, serial))
        place.rows.append(row)

    def apply(self, plan: Plan, *, by: User | None, at: datetime, key: UUID) -> None:
        counts: list[OpeningCount] = plan.payload
        for location in {id(count.location): count.location for count in counts}.values():
            if is_new(location):
                location.save()
        post_opening_stock(counts=counts, by=by, at=at, key=key)

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        counts: list[OpeningCount] = plan.payload
        return {count.part.pk for count in counts}


def _check_whole(places: Iterable[Place], problems: Problems) -> None:
    """Pieces and sets are whole; the rows of one place may add up to whole ones."""
    for place in places:
        if place.part.unit in units.WHOLE and place.counted % 1:
            row = next(row for row in place.rows if row.values["quantity"] % 1)
            problems.add(
                row.number,
                "quantity",
                row.cells["quantity"],
                gettext("a whole number of %(unit)s") % {"unit": place.part.get_unit_display()},
                gettext("Correct the quantity, or give the part another unit first."),
            )


def _check_serials(places: Iterable[Place], problems: Problems) -> None:
    """A serial number is counted once, in one place."""
    seen: dict[tuple[int, str], Row] = {}
    for place in places:
        if not place.serial:
            continue
        for row in place.rows:
            if not row.values["quantity"]:
                continue
            first = seen.setdefault((place.part.pk, fold(place.serial)), row)
            if first is not row:
                problems.add(
                    row.number,
                    "serial",
                    place.serial,
                    gettext("each serial number once"),
                    gettext("Row %(row)d has the same one. Delete or correct one of the two rows.")
                    % {"row": first.number},
                )


def _compare(place: Place, references: References, plan: Plan, counts: list[OpeningCount]) -> None:
    """Add what the place's count changes; a place whose books agree stays as it is."""
    lot = references.lots.get(lot_key(place.part.pk, place.batch, place.serial))
    if lot is None and (place.batch or place.serial):
        present = Decimal(0)
    else:
        level = (place.part.pk, place.location.pk, lot.pk if lot else None)
        present = references.levels.get(level, Decimal(0))
    counted = place.counted
    if counted == present:
        plan.unchanged += len(place.rows)
        return
    row = place.rows[0]
    elsewhere = references.whereabouts.get(lot.pk) if lot and place.serial else None
    if counted and elsewhere is not None and elsewhere != place.location.pk:
        plan.problems.add(
            row.number,
            "serial",
            place.serial,
            gettext("%(location)s, where the books have the item")
            % {"location": references.location_paths[elsewhere]},
            gettext("Correct the location or the number; to move the item, use a transfer."),
        )
        return
    plan.changes.append(
        Change(
            row.number,
            place.key,
            ChangeKind.CHANGE if present else ChangeKind.CREATE,
            [FieldChange("quantity", present or None, counted)],
            rows=len(place.rows),
        )
    )
    counts.append(
        OpeningCount(
            part=place.part,
            location=place.location,
            batch=place.batch,
            serial=place.serial,
            expected=present,
            counted=counted,
            costs=place.costs(present),
        )
    )
