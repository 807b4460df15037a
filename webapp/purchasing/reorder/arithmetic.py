"""How much to order: pure arithmetic, with nothing but numbers in and out."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


@dataclass(frozen=True, kw_only=True)
class Need:
    """What there is of a part, what comes, and what there should be; in the part's own unit."""

    on_hand: Decimal
    on_order: Decimal
    drafted: Decimal
    reorder_point: Decimal
    target_quantity: Decimal | None
    reorder_quantity: Decimal | None

    @property
    def position(self) -> Decimal:
        """On hand, on order and on drafts; nothing in this system reserves stock."""
        return self.on_hand + self.on_order + self.drafted

    @property
    def falls_short(self) -> bool:
        """At or below the reorder point; a point of 0 means that the part is not re-ordered."""
        return self.reorder_point > 0 and self.position <= self.reorder_point

    @property
    def wanted(self) -> Decimal:
        """The reorder quantity, or what is missing to the target, whichever is more.

        Without a target the stock is filled up to the reorder point.
        """
        target = self.reorder_point if self.target_quantity is None else self.target_quantity
        return max(self.reorder_quantity or Decimal(0), target - self.position)


def packs_for(need: Need, *, factor: Decimal, minimum_packs: Decimal) -> Decimal:
    """Whole packs that hold what is wanted, at least the minimum order.

    They always lift the position above the reorder point: otherwise the part would still be
    short when they are ordered, and each look at it would order again.
    """
    packs = max(_up(need.wanted / factor), _up(minimum_packs))
    if need.position + packs * factor <= need.reorder_point:
        packs = _down((need.reorder_point - need.position) / factor) + 1
    return packs


def _up(number: Decimal) -> Decimal:
    return number.to_integral_value(rounding=ROUND_CEILING)


def _down(number: Decimal) -> Decimal:
    return number.to_integral_value(rounding=ROUND_FLOOR)
