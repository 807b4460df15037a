"""What is asked of orders: lines of a draft, arrivals of a delivery."""

from dataclasses import dataclass, field
from decimal import Decimal

from catalog.models import Part, SupplierPart
from core import units
from stock.models import Location


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """A line as a page or a file gives it; `quantity` counts packs and is positive.

    With a supplier part the pack is the supplier part's; without one it is given, in a unit
    that converts into the part's. `line` is the key of the line that it replaces.
    """

    part: Part
    quantity: Decimal
    supplier_part: SupplierPart | None = None
    pack_quantity: Decimal = Decimal(1)
    pack_unit: str = units.PIECES
    unit_price: Decimal | None = None
    currency: str = ""
    tolerance_percent: Decimal = Decimal(0)
    description: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """So many packs of a line of the order, put into a location.

    A part tracked by lot names its `lot`; one tracked by serial number names each item.
    """

    line: int
    quantity: Decimal
    location: Location
    lot: str = ""
    serials: tuple[str, ...] = field(default=())
