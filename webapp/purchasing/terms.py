"""The terms of a supplier part as a line of an order keeps them."""

from typing import Any

from catalog.models import SupplierPart


def terms_of(offer: SupplierPart) -> dict[str, Any]:
    """The line's columns that are copied: later changes of the supplier part leave orders alone."""
    return {
        "sku": offer.sku,
        "description": offer.description,
        "pack_quantity": offer.pack_quantity,
        "pack_unit": offer.pack_unit,
        "factor": offer.pack_in_base_units,
        "unit_price": offer.unit_price,
        "currency": offer.currency if offer.unit_price is not None else "",
    }
