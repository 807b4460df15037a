"""Quantities as people read them."""

from decimal import Decimal

from django.utils.formats import number_format

# What the columns of quantities hold.
MOST_DECIMALS = 6
LARGEST = Decimal(999_999_999_999)


def plain(quantity: Decimal | int) -> str:
    """A quantity without needless zeros, with the separators of the user's language."""
    exponent = Decimal(quantity).normalize().as_tuple().exponent
    places = max(0, -int(exponent))
    return number_format(quantity, decimal_pos=places, use_l10n=True, force_grouping=True)
