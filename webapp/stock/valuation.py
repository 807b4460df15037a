"""What stock is worth: quantity × what one unit last cost, or costs at the preferred supplier."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import permutations

from django.core.exceptions import ValidationError
from django.db import connection

from catalog.models import Part, SupplierPart
from core import units


@dataclass(frozen=True, kw_only=True)
class UnitCost:
    """What one unit of a part costs, and whether that is a price nobody has paid yet."""

    amount: Decimal
    currency: str
    is_list_price: bool


@dataclass(frozen=True, kw_only=True)
class Value:
    """The worth of all stock that is priced in one currency."""

    currency: str
    amount: Decimal
    parts: int


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """All stock, by currency; `unpriced` parts are in stock and nobody knows their cost."""

    values: list[Value]
    unpriced: int


def unit_cost(part: Part, *, with_list_price: bool) -> UnitCost | None:
    """The rule for one part; ``value_stock`` is the same rule for all of them at once.

    Who may not see the suppliers' prices gets none: `with_list_price` is false.
    """
    if part.last_cost is not None:
        return UnitCost(
            amount=part.last_cost, currency=part.last_cost_currency, is_list_price=False
        )
    if not with_list_price:
        return None
    offer = SupplierPart.objects.filter(part=part, preferred=True, unit_price__isnull=False).first()
    if offer is None or offer.unit_price is None:
        return None
    try:
        factor = units.factor(offer.pack_unit, part.unit)
    except ValidationError:  # a unit changed after the pack was entered
        return None
    return UnitCost(
        amount=offer.unit_price / (offer.pack_quantity * factor),
        currency=offer.currency,
        is_list_price=True,
    )


_VALUE = """
WITH factor AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::numeric[]) AS f(from_unit, to_unit, factor)
), priced AS (
    SELECT p.on_hand,
           CASE WHEN p.last_cost IS NOT NULL THEN p.last_cost_currency
                WHEN f.factor IS NOT NULL THEN s.currency END AS currency,
           coalesce(p.last_cost, s.unit_price / (s.pack_quantity * f.factor)) AS unit_cost
    FROM catalog_part p
    LEFT JOIN catalog_supplierpart s ON s.part_id = p.id AND s.preferred
         AND s.unit_price IS NOT NULL AND p.last_cost IS NULL
    LEFT JOIN factor f ON f.from_unit = s.pack_unit AND f.to_unit = p.unit
    WHERE p.on_hand > 0
)
SELECT currency, sum(on_hand * unit_cost), count(*) FROM priced GROUP BY currency
"""


def value_stock() -> Valuation:
    """One statement over the parts, without a look at the movements."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUE, [list(column) for column in zip(*_factors(), strict=True)])
        rows = cursor.fetchall()
    values = [
        Value(currency=currency, amount=amount, parts=parts)
        for currency, amount, parts in rows
        if currency is not None
    ]
    return Valuation(
        values=sorted(values, key=lambda value: (-value.parts, value.currency)),
        unpriced=sum(parts for currency, _amount, parts in rows if currency is None),
    )


@cache
def _factors() -> list[tuple[str, str, Decimal]]:
    """Every unit that can be converted into another, with the factor."""
    factors = [(code, code, Decimal(1)) for code in units.UNITS]
    for one, other in permutations(units.UNITS, 2):
        try:
            factors.append((one, other, units.factor(one, other)))
        except ValidationError:
            continue  # a length is no mass
    return factors
