"""What is asked of the ledger, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.models import Part
from stock.models import Location, Lot, StockMovement


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a page asks for: so many of a part at a location. `quantity` is positive."""

    part: Part
    location: Location
    quantity: Decimal
    lot: str = ""
    serial: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""


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
