"""What is asked of the ledger, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from catalog.models import Part
from core.text import half_width
from stock.models import Location, Lot, StockMovement


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a page asks for: so many of a part at a location. `quantity` is positive.

    Lot and serial number are taken whatever their widths: a keyboard set to Japanese writes
    the same number in other characters.
    """

    part: Part
    location: Location
    quantity: Decimal
    lot: str = ""
    serial: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""
    receipt_line: int | None = None  # of the goods receipt that brought it

    def __post_init__(self) -> None:
        object.__setattr__(self, "lot", half_width(self.lot))
        object.__setattr__(self, "serial", half_width(self.serial))
        if self.unit_cost is not None:
            cost = self.unit_cost.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
            object.__setattr__(self, "unit_cost", cost)

    @property
    def item(self) -> str:
        """What tells the item or batch from others of the part: the serial number or the lot."""
        return self.serial or self.lot


@dataclass(frozen=True, kw_only=True)
class Move(Line):
    """A line of a transfer: from `location` into `to`."""

    to: Location


@dataclass(frozen=True, kw_only=True)
class Count:
    """A line of a stocktake: `counted` of a part (and lot) where the books said `expected`."""

    part: Part
    expected: Decimal
    counted: Decimal
    lot: Lot | None = None

    @property
    def difference(self) -> Decimal:
        """What was found beyond the books; negative where it is missing."""
        return self.counted - self.expected


@dataclass(frozen=True)
class Posting:
    """What a service did: its movements, and whether an earlier request had recorded them."""

    movements: Sequence[StockMovement]
    repeated: bool = False
