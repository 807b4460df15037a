"""Currencies, their decimals, and amounts as people read them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from core.currencies import decimals, price_shown, rounded, shown, validate_currency


class TestValidateCurrency:
    @pytest.mark.parametrize("code", ["JPY", "USD", "EUR", "CNY", "GBP", "KRW", "TWD"])
    def test_knows_what_is_paid_with(self, code: str) -> None:
        validate_currency(code)

    @pytest.mark.parametrize("code", ["", "YEN", "jpy", "DEM", "¥", "XXX"])
    def test_refuses_what_is_not(self, code: str) -> None:
        with pytest.raises(ValidationError):
            validate_currency(code)


def test_decimals_are_those_of_the_currency() -> None:
    assert decimals("JPY") == 0
    assert decimals("USD") == 2


def test_amounts_are_rounded_half_up_to_what_can_be_paid() -> None:
    assert rounded(Decimal("1234.5"), "JPY") == 1235
    assert rounded(Decimal("0.125"), "USD") == Decimal("0.13")


def test_amounts_are_shown_in_the_users_language() -> None:
    assert shown(Decimal("1234.5"), "JPY") == "¥1,235"
    assert shown(Decimal("0.5"), "USD") == "$0.50"
    with translation.override("ja"):
        assert shown(Decimal(1234), "JPY") == "￥1,234"


@pytest.mark.parametrize(
    ("price", "code", "text"),
    [
        ("0.513300", "USD", "$0.5133"),
        ("2", "USD", "$2.00"),
        ("1200.000000", "JPY", "¥1,200"),
        ("0.05", "JPY", "¥0.05"),
        ("1E+3", "USD", "$1,000.00"),
        ("0", "JPY", "¥0"),
    ],
)
def test_prices_of_one_unit_are_shown_in_full(price: str, code: str, text: str) -> None:
    assert price_shown(Decimal(price), code) == text
