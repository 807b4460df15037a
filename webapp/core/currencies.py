"""Currencies: ISO 4217 codes, their decimals, and amounts in the user's language."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_currency, get_currency_precision
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


@cache
def codes() -> frozenset[str]:
    """The ISO codes of the currencies that are legal tender somewhere today."""
    from babel.numbers import get_territory_currencies  # noqa: PLC0415 - loads CLDR's territories

    today = timezone.localdate()
    territories = Locale("en").territories
    return frozenset(
        code
        for territory in territories
        if isinstance(territory, str) and len(territory) == 2 and territory.isalpha()
        for code in get_territory_currencies(territory, start_date=today)
    )


def validate_currency(code: str) -> None:
    """Refuse what is not an ISO 4217 code in use."""
    if code not in codes():
        raise ValidationError(
            _("“%(code)s” is not a currency. Give its three-letter ISO code, such as JPY or USD."),
            code="unknown_currency",
            params={"code": code},
        )


def decimals(code: str) -> int:
    """Decimals of the currency's amounts: 0 for JPY, 2 for USD."""
    return get_currency_precision(code)


def rounded(amount: Decimal, code: str) -> Decimal:
    """An amount of money, half up, to what can be paid in the currency."""
    return amount.quantize(_smallest(code), rounding=ROUND_HALF_UP)


@cache
def _smallest(code: str) -> Decimal:
    """What can be paid: one for JPY, 0.01 for USD."""
    return Decimal(1).scaleb(-decimals(code))


def shown(amount: Decimal, code: str) -> str:
    """An amount in the user's language: ``¥1,200``, ``US$0.50``."""
    return _shown(rounded(amount, code), code, _locale())


@lru_cache(maxsize=10_000)
def _shown(amount: Decimal, code: str, locale: str) -> str:
    """Lists show the same amounts again and again; what they are made of never changes."""
    return format_currency(amount, code, locale=locale)


def price_shown(price: Decimal, code: str) -> str:
    """A price of one unit: at least the currency's decimals, more where they carry value."""
    places = max(decimals(code), -int(price.normalize().as_tuple().exponent))
    standard = Locale.parse(_locale()).currency_formats["standard"].pattern
    pattern = standard.replace("0.00", f"0.{'0' * places}" if places else "0")
    return format_currency(price, code, format=pattern, locale=_locale(), currency_digits=False)


def _locale() -> str:
    return (get_language() or "ja").replace("-", "_").split("_")[0]
