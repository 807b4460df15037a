"""What the rows of opening_stock.csv refer to, and whether each names it as it must."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from catalog.models import Part, Tracking
from core.text import fold
from exchange.columns import Row
from exchange.finder import Finder, find_parts
from exchange.problems import Problems
from exchange.tables.tree import Tree
from stock.models import Location, Lot, StockLevel
from stock.opening import find_lots, lot_key

# Where stock lies of which the file does not say where.
UNASSIGNED_EN = "Unassigned"
UNASSIGNED_JA = "未割当"

type _Level = tuple[int, int | None, int | None]


@dataclass
class References:
    """What the file's rows refer to, and the stock there is."""

    parts: Finder[Part]
    locations: Tree[Location]
    unassigned: Location
    lots: dict[tuple[int, str, str], Lot]
    levels: dict[_Level, Decimal]
    location_paths: dict[int, str]
    whereabouts: dict[int, int]  # lot of a serial number in stock → location


def load(rows: Sequence[Row], *, lock: bool) -> References:
    # Parts first: whoever moves stock locks them before reading levels.
    numbers = {row.cells["part_number"] for row in rows}
    parts = find_parts(numbers, lock=lock)
    found = {part.pk for number in numbers if (part := parts.find(number))}
    nodes = list(Location.objects.order_by("pk"))
    locations = Tree(nodes)
    unassigned = (
        locations.find(UNASSIGNED_EN)
        or locations.find(UNASSIGNED_JA)
        or Location(name_en=UNASSIGNED_EN, name_ja=UNASSIGNED_JA)
    )
    levels: dict[_Level, Decimal] = {}
    whereabouts = {}
    for level in StockLevel.objects.filter(part__in=found, quantity__gt=0).order_by():
        levels[level.part_id, level.location_id, level.lot_id] = level.quantity
        if level.lot_id is not None:
            whereabouts[level.lot_id] = level.location_id
    has_lots = any(row.values.get("batch") or row.values.get("serial") for row in rows)
    return References(
        parts,
        locations,
        unassigned,
        find_lots(found) if has_lots else {},
        levels,
        {node.pk: node.path for node in nodes},
        whereabouts,
    )


def location_of(row: Row, references: References, problems: Problems) -> Location | None:
    location = _named_location(row, references, problems)
    if location is None or problems.reach.includes(location):
        return location
    problems.add(
        row.number,
        "location_path",
        location.path_shown,
        gettext("one of your places: %(places)s") % {"places": problems.reach.names},
        gettext("Correct the location, or ask somebody who works there to import the row."),
    )
    return None


def _named_location(row: Row, references: References, problems: Problems) -> Location | None:
    path = row.values.get("location_path", "")
    if not path:
        return references.unassigned
    location = references.locations.find(path)
    if location is None and fold(path) in {fold(UNASSIGNED_EN), UNASSIGNED_JA}:
        return references.unassigned
    if location is None:
        problems.add(
            row.number,
            "location_path",
            path,
            gettext("the path of a location that exists"),
            gettext("Import or add the location first, correct the path, or leave it empty."),
        )
    return location


def check_price(row: Row, problems: Problems) -> None:
    if (
        row.values.get("unit_price") is not None
        and not row.values.get("currency")
        and ("currency" not in row.faulty)
    ):
        row.faulty.add("currency")
        problems.add(
            row.number,
            "currency",
            gettext("an empty cell"),
            gettext("the currency of the price"),
            gettext("Fill in the ISO code, such as JPY, or remove the price."),
        )


def check_lot(
    row: Row, part: Part, batch: str, serial: str, references: References, problems: Problems
) -> bool:
    """Whether the row names its lot and serial number as the part's tracking asks for."""
    count = problems.count
    if part.tracking == Tracking.LOT and not batch:
        problems.add(
            row.number,
            "batch",
            gettext("an empty cell"),
            gettext("a lot"),
            gettext("%(part)s is tracked by lot: fill in the lot.") % {"part": part.number},
        )
    if part.tracking == Tracking.SERIAL and not serial:
        problems.add(
            row.number,
            "serial",
            gettext("an empty cell"),
            gettext("a serial number"),
            gettext("%(part)s is tracked by serial number: write one row for each item.")
            % {"part": part.number},
        )
    if serial and row.values["quantity"] not in (0, 1):
        problems.add(
            row.number,
            "quantity",
            row.cells["quantity"],
            gettext("1: a serial number is one single item"),
            gettext("Write one row, of quantity 1, for each serial number."),
        )
    lot = references.lots.get(lot_key(part.pk, batch, serial)) if serial else None
    if lot and batch and fold(lot.code) != fold(batch):
        problems.add(
            row.number,
            "batch",
            batch,
            gettext("%(lot)s: the lot that serial number %(serial)s was recorded with")
            % {"lot": lot.code or gettext("no lot"), "serial": serial},
            gettext("Correct the lot or the serial number."),
        )
    return problems.count == count
