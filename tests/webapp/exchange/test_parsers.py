"""Cells as people write them."""

from datetime import date
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


@pytest.mark.parametrize(
    "written",
    ["2026-04-01", "2026/4/1", "２０２６．４．１", "2026年4月1日", "2026-04-01 00:00:00",
     "2026-04-01T00:00:00Z", " 2026-04-01 "],
)  # fmt: skip
def test_reads_a_day_that_begins_with_its_year(written: str) -> None:
    assert parsers.day(written) == date(2026, 4, 1)


@pytest.mark.parametrize(
    "written",
    ["01/04/2026", "4/1", "2026-02-30", "2026-13-01", "tomorrow", "2026-04-01 09:30", "46113"],
)
def test_refuses_a_day_that_could_be_another(written: str) -> None:
    with pytest.raises(CellError) as raised:
        parsers.day(written)

    assert "2026-04-01" in raised.value.expected


def test_refuses_a_number_above_the_most() -> None:
    parse = parsers.number(digits=5, places=2, at_most=Decimal(100))

    assert parse("100") == 100
    with pytest.raises(CellError, match="at most 100"):
        parse("100.01")


@pytest.mark.parametrize("written", ["0", "-1", "1.5", "40000"])
def test_refuses_a_position_that_is_none(written: str) -> None:
    with pytest.raises(CellError):
        parsers.position(written)

    assert parsers.position("１") == 1


def test_reads_words_of_other_systems_as_choices() -> None:
    parse = parsers.choice({"lot": "By lot"}, {"batch": "lot", "ロット": "lot"})

    assert [parse(word) for word in ("Batch", "ﾛｯﾄ", "lot", "by LOT")] == ["lot"] * 4
