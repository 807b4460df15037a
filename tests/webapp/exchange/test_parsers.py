"""Cells as people write them."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Tracking
from exchange import parsers
from exchange.parsers import Parser
from exchange.problems import CellError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", "12"), ("１２．５", "12.5"), ("1,234.5", "1234.5"), ("1,234,567", "1234567"),
        (" 3 ", "3"), (".5", "0.5"), ("5.", "5"), ("+4", "4"), ("1E+3", "1000"),
        ("0.000001", "0.000001"),
    ],
)  # fmt: skip
def test_reads_a_number(written: str, value: str) -> None:
    assert parsers.number()(written) == Decimal(value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.234,5", "decimal point"), ("1,5", "decimal point"), ("12,3456", "decimal point"),
        ("12a", "a number"), ("1.2.3", "a number"), ("-", "a number"), ("NaN", "a number"),
        ("Infinity", "a number"), ("-1", "at least 0"), ("0.0000001", "6 decimals"),
        ("1000000000000", "below"), ("1E+99", "below"), ("twelve", "a number"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_number(written: str, expected: str) -> None:
    with pytest.raises(CellError) as raised:
        parsers.number()(written)

    assert expected in raised.value.expected
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("TRUE", True), ("Yes", True), ("1", True), ("はい", True),
        ("有効", True), ("○", True), ("ｔｒｕｅ", True),
        ("false", False), ("no", False), ("0", False), ("いいえ", False), ("無効", False),
        ("×", False),
    ],
)  # fmt: skip
def test_reads_yes_and_no_in_both_languages(written: str, value: bool) -> None:
    assert parsers.boolean(written) is value


TRACKING = parsers.choice({choice.value: choice.label for choice in Tracking})


@pytest.mark.parametrize(
    ("parse", "written", "value"),
    [
        (parsers.unit, "litres", "l"),
        (parsers.unit, "個", "pcs"),
        (parsers.currency, "ｊｐｙ", "JPY"),
        (parsers.integer, "１４", 14),
        (parsers.code(10), "ＡＢ－１", "AB-1"),
        (parsers.website, "https://example.com/", "https://example.com/"),
        (parsers.email, "a@example.com", "a@example.com"),
        (TRACKING, "By Lot", "lot"),
        (TRACKING, "serial", "serial"),
    ],
)
def test_reads(parse: Parser, written: str, value: Any) -> None:
    assert parse(written) == value


@pytest.mark.parametrize(
    ("parse", "written"),
    [
        (parsers.boolean, "perhaps"),
        (parsers.unit, "furlong"),
        (parsers.currency, "YEN"),
        (parsers.integer, "1.5"),
        (parsers.integer, "40000"),
        (parsers.text(3), "four"),
        (parsers.website, "javascript:alert(1)"),
        (parsers.email, "nobody"),
        (TRACKING, "by colour"),
    ],
)
def test_refuses(parse: Parser, written: str) -> None:
    with pytest.raises(CellError) as raised:
        parse(written)

    assert raised.value.expected
    assert raised.value.remedy
