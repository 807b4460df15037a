"""The terms of a supplier part as a line of an order keeps them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from catalog.models import SupplierPart

_TWELVE = Decimal(1).scaleb(-12)


def kept_factor(factor: Decimal) -> Decimal:
    """What one pack is in the part's own unit, as its column keeps it.

    A pack by the metre of a part by the foot has endless decimals; what is computed with and
    what is stored must be the same number.
    """
    return factor.quantize(_TWELVE, rounding=ROUND_HALF_UP)


def terms_of(offer: SupplierPart) -> dict[str, Any]:
    """The line's columns that are copied: later changes of the supplier part leave orders alone."""
    return {
        "sku": offer.sku,
        "description": offer.description,
        "pack_quantity": offer.pack_quantity,
        "pack_unit": offer.pack_unit,
        "factor": kept_factor(offer.pack_in_base_units),
        "unit_price": offer.unit_price,
        "currency": offer.currency if offer.unit_price is not None else "",
    }
