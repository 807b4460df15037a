"""What is there to take, while the lines of one request take from it.

As `stock.rules`, inside the transaction of a function of ``stock.services``.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Part
from core.numbers import plain
from core.rows import fetched
from stock.errors import NotEnoughStockError
from stock.models import Location, Lot, StockLevel


def what_is_there(part: Part, location: Location) -> str:
    levels = (
        StockLevel.objects.filter(part=part, location=location, quantity__gt=0)
        .select_related("lot")
        .order_by("lot__code", "lot__serial")[:10]
    )
    return ", ".join(
        f"{level.lot or _('without lot')} ({plain(level.quantity)})" for level in levels
    ) or _("nothing")


# As text, as in `stock.beginning`.
_THERE = f"""
    SELECT part_id, location_id, lot_id, quantity FROM {StockLevel._meta.db_table}
    WHERE part_id = ANY(%s) AND quantity > 0
"""  # noqa: S608 - our own name


class Available:
    """What is left at each place while the lines of one request take from it."""

    def __init__(self, parts: Mapping[int, Part]) -> None:
        self._left: dict[tuple[int, int, int | None], Decimal] = {
            (part, location, lot): quantity
            for part, location, lot, quantity in fetched(_THERE, [list(parts)])
        }

    def put(self, part: Part, location: Location, lot: Lot | None, quantity: Decimal) -> None:
        place = (part.pk, location.pk, lot.pk if lot else None)
        self._left[place] = self._left.get(place, Decimal(0)) + quantity

    def take(self, part: Part, location: Location, lot: Lot | None, quantity: Decimal) -> None:
        place = (part.pk, location.pk, lot.pk if lot else None)
        left = self._left.get(place, Decimal(0))
        if quantity > left:
            raise NotEnoughStockError(
                _(
                    "Not enough %(part)s%(lot)s at %(location)s: %(asked)s asked for, "
                    "%(left)s there. Nothing was recorded. In stock there: %(there)s."
                )
                % {
                    "part": part.number,
                    "lot": f" ({lot})" if lot else "",
                    "location": location,
                    "asked": plain(quantity),
                    "left": plain(left),
                    "there": what_is_there(part, location),
                }
            )
        self._left[place] = left - quantity
