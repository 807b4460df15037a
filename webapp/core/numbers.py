"""Quantities as people read them."""

from decimal import Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language

# What the columns of quantities hold.
MOST_DECIMALS = 6
LARGEST = Decimal(999_999_999_999)


def plain(quantity: Decimal | int) -> str:
    """A quantity without needless zeros, with the separators of the user's language."""
    return _plain(quantity, get_language())


@lru_cache(maxsize=20_000)
def _plain(quantity: Decimal | int, _language: str | None) -> str:
    """Pages show hundreds of small numbers, and most of them again and again."""
    exponent = Decimal(quantity).normalize().as_tuple().exponent
    places = max(0, -int(exponent))
    return number_format(quantity, decimal_pos=places, use_l10n=True, force_grouping=True)
