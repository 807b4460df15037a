"""Units of measure: pieces, lengths, masses, volumes, and the conversion between them.

Conversions come from pint; this module only decides which units a part may have and how
people write them.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.text import fold, half_width

if TYPE_CHECKING:
    from pint import UnitRegistry

PIECES = "pcs"

# The code that is stored → how it is shown.
UNITS = {
    PIECES: _("pcs"),
    "set": _("sets"),
    "m": "m",
    "mm": "mm",
    "cm": "cm",
    "km": "km",
    "ft": "ft",
    "in": "in",
    "kg": "kg",
    "g": "g",
    "mg": "mg",
    "lb": "lb",
    "oz": "oz",
    "l": "L",
    "ml": "mL",
    "gal": "gal",
    "m2": "m²",
    "m3": "m³",
}

# Units that cannot be divided.
WHOLE = frozenset({PIECES, "set"})

# What people write in files → the code.
_SPELLINGS = {
    "": PIECES,
    "pc": PIECES,
    "piece": PIECES,
    "pieces": PIECES,
    "ea": PIECES,
    "each": PIECES,
    "個": PIECES,
    "本": PIECES,
    "枚": PIECES,
    "台": PIECES,
    "件": PIECES,
    "sets": "set",
    "セット": "set",
    "組": "set",
    "metre": "m",
    "metres": "m",
    "meter": "m",
    "meters": "m",
    "メートル": "m",
    "feet": "ft",
    "foot": "ft",
    "inch": "in",
    "inches": "in",
    "litre": "l",
    "litres": "l",
    "liter": "l",
    "liters": "l",
    "リットル": "l",
    "millilitre": "ml",
    "millilitres": "ml",
    "ミリリットル": "ml",
    "kilogram": "kg",
    "kilograms": "kg",
    "gram": "g",
    "grams": "g",
    "キログラム": "kg",
    "グラム": "g",
    "pound": "lb",
    "pounds": "lb",
    "gallon": "gal",
    "gallons": "gal",
}
_PINT_NAMES = {
    PIECES: "count",
    "set": "count_of_sets",
    "in": "inch",
    "gal": "gallon",
    "m2": "meter ** 2",
    "m3": "meter ** 3",
}
_QUANTITY = re.compile(r"\s*([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)?\s*(\D.*?)?\s*")


@cache
def _registry() -> "UnitRegistry":
    from pint import UnitRegistry  # noqa: PLC0415 - parsing pint's definitions takes 0.2 s

    registry = UnitRegistry(non_int_type=Decimal)
    registry.define("count_of_sets = [set]")
    return registry


def unit_shown(code: str) -> str:
    """As people read it."""
    return str(UNITS.get(code, code))


def parse_unit(text: str) -> str:
    """The code of a unit written by a person: ``litres`` → ``l``, nothing → ``pcs``.

    :raises ValidationError: if the unit is not known
    """
    written = fold(text)
    code = _SPELLINGS.get(written, written)
    if code not in UNITS:
        raise ValidationError(
            _("“%(unit)s” is not a unit known here. Known units: %(known)s."),
            code="unknown_unit",
            params={"unit": text, "known": ", ".join(UNITS)},
        )
    return code


def parse_pack(text: str, *, unit: str) -> tuple[Decimal, str]:
    """Number and unit of a pack size: ``250 ml``, ``100m``, ``500`` (of `unit`), ``foot`` (one).

    :raises ValidationError: if it cannot be read
    """
    match = _QUANTITY.fullmatch(half_width(text))
    if not match:
        raise ValidationError(
            _("“%(text)s” is not a pack size. Write a number and a unit, such as “250 ml”."),
            code="bad_pack",
            params={"text": text},
        )
    number, name = match.groups()
    try:
        quantity = Decimal((number or "1").replace(",", ""))
    except InvalidOperation:
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": number}) from None
    return quantity, parse_unit(name) if name else unit


def factor(from_unit: str, to_unit: str) -> Decimal:
    """How many `to_unit` one `from_unit` is: ``factor("ft", "m")`` is 0.3048.

    :raises ValidationError: if one cannot be converted into the other
    """
    from pint import DimensionalityError  # noqa: PLC0415

    if from_unit == to_unit:
        return Decimal(1)
    registry = _registry()
    try:
        converted = registry.Quantity(Decimal(1), _PINT_NAMES.get(from_unit, from_unit)).to(
            _PINT_NAMES.get(to_unit, to_unit)
        )
    except DimensionalityError:
        raise ValidationError(
            _("%(from)s cannot be converted into %(to)s."),
            code="not_convertible",
            params={"from": from_unit, "to": to_unit},
        ) from None
    return Decimal(converted.magnitude)
