"""Cells to values: what people and spreadsheets write for texts, numbers, yes and no."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.currencies import validate_currency
from core.text import fold, half_width
from core.units import parse_unit
from exchange.problems import CellError

type Parser = Callable[[str], Any]

# Excel's errors, which a file keeps where a formula failed.
FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
LARGEST_SMALL_INTEGER = 32_767

_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.[0-9]*)?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:\.?[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+")
_DAY = re.compile(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?")
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?")
_YES = frozenset(
    {"true", "yes", "y", "1", "on", "active", "はい", "有効", "○", "〇", "◯", "有", "真"}
)
_NO = frozenset(
    {"false", "no", "n", "0", "off", "inactive", "いいえ", "無効", "×", "✕", "無", "偽"}
)


def text(limit: int | None = None) -> Parser:
    """Text as written, of at most `limit` characters."""

    def parse(cell: str) -> str:
        if limit is not None and len(cell) > limit:
            raise CellError(
                _("at most %(limit)d characters") % {"limit": limit},
                _("Shorten the text by %(over)d characters.") % {"over": len(cell) - limit},
            )
        return cell

    return parse


def code(limit: int) -> Parser:
    """A key that people type: half-width, so that it is found however it was typed."""
    judge = text(limit)
    return lambda cell: judge(half_width(cell))


def number(
    *,
    digits: int = 18,
    places: int = 6,
    above: Decimal | None = None,
    at_most: Decimal | None = None,
) -> Parser:
    """A decimal number of at least 0, or greater than `above`."""

    def parse(cell: str) -> Decimal:
        value = _decimal(cell)
        if above is not None and value <= above:
            raise CellError(
                _("a number greater than %(limit)s") % {"limit": above}, _("Correct the number.")
            )
        if value < 0:
            raise CellError(_("a number of at least 0"), _("Remove the minus sign."))
        if at_most is not None and value > at_most:
            raise CellError(
                _("a number of at most %(limit)s") % {"limit": at_most}, _("Correct the number.")
            )
        if value >= Decimal(10) ** (digits - places):
            raise CellError(
                _("a number below %(limit)s") % {"limit": f"{10 ** (digits - places):,}"},
                _("Correct the number."),
            )
        if value != round(value, places):
            raise CellError(
                _("at most %(places)d decimals") % {"places": places}, _("Round the number.")
            )
        return value

    return parse


def integer(cell: str) -> int:
    """A whole number of days."""
    value = _decimal(cell)
    if not 0 <= value <= LARGEST_SMALL_INTEGER or value != int(value):
        raise CellError(
            _("a whole number from 0 to %(limit)d") % {"limit": LARGEST_SMALL_INTEGER},
            _("Correct the number."),
        )
    return int(value)


def position(cell: str) -> int:
    """A place in a list, counted from 1."""
    place = integer(cell)
    if place == 0:
        raise CellError(
            _("a number greater than %(limit)s") % {"limit": 0}, _("Correct the number.")
        )
    return place


def day(cell: str) -> date:
    """A day, the year first: in other orders day and month cannot be told apart."""
    written = _MIDNIGHT.sub("", half_width(cell))
    found = _DAY.fullmatch(written.replace(" ", ""))
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass  # such as 30 February
    raise CellError(
        _("a day that exists, such as 2026-04-01"),
        _("Write year, month and day, in this order."),
    )


def _decimal(cell: str) -> Decimal:
    written = half_width(cell).replace("−", "-").replace(" ", "")
    if _NUMBER.fullmatch(written) and any(character.isdigit() for character in written):
        return Decimal(written.replace(",", ""))
    if _EXPONENT.fullmatch(written):
        return Decimal(written)
    if _DECIMAL_COMMA.fullmatch(written):
        raise CellError(
            _("a number with a decimal point, such as 1,234.5"),
            _("Write the decimals behind a point, not behind a comma."),
        )
    raise CellError(
        _("a number, such as 1,234.5"), _("Write digits only, with a point before decimals.")
    )


def boolean(cell: str) -> bool:
    """Yes or no, in the words of both languages."""
    written = fold(cell)
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellError(
        _("true or false (also yes/no, 1/0, はい/いいえ, 有効/無効, ○/×)"),
        _("Write true or false."),
    )


def choice(choices: Mapping[str, Any], aliases: Mapping[str, str] | None = None) -> Parser:
    """One of some values: the value itself, its label in either language, or another word."""

    @cache  # the labels of both languages are found once, at the first cell
    def spellings() -> dict[str, str]:
        known = {fold(written): value for written, value in (aliases or {}).items()}
        return known | {
            fold(written): value
            for value, label in choices.items()
            for written in (*in_every_language(label), value)
        }

    def parse(cell: str) -> str:
        value = spellings().get(fold(cell))
        if value is None:
            raise CellError(
                _("one of: %(values)s") % {"values": ", ".join(choices)},
                _("Write one of the values."),
            )
        return value

    return parse


def in_every_language(label: Any) -> list[str]:
    """A translatable text in each of the languages that are offered."""
    texts = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            texts.append(str(label))
    return texts


def unit(cell: str) -> str:
    """The code of a unit."""
    try:
        return parse_unit(cell)
    except ValidationError as error:
        raise CellError(
            _("a unit known here, such as pcs, m, kg, l"), " ".join(error.messages)
        ) from error


def currency(cell: str) -> str:
    """An ISO code in use."""
    written = half_width(cell).upper()
    try:
        validate_currency(written)
    except ValidationError as error:
        raise CellError(
            _("a currency's ISO code, such as JPY or USD"),
            _("Write the three letters of the currency."),
        ) from error
    return written


def website(cell: str) -> str:
    """An address of the web."""
    written = text(200)(half_width(cell))
    try:
        URLValidator(schemes=["http", "https"])(written)
    except ValidationError as error:
        raise CellError(
            _("an address such as https://www.example.com/"),
            _("Write the whole address, with https://."),
        ) from error
    return str(written)


def email(cell: str) -> str:
    """An address of electronic mail."""
    written = text(254)(half_width(cell))
    try:
        EmailValidator()(written)
    except ValidationError as error:
        raise CellError(
            _("an e-mail address such as sales@example.com"), _("Correct the address.")
        ) from error
    return str(written)
