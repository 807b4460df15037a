"""Texts and numbers, however they were typed."""

from decimal import Decimal

import pytest
from django.utils import translation

from core.numbers import plain
from core.text import fold, half_width


def test_half_width_keeps_what_is_written_and_mends_how() -> None:
    assert half_width(" ＭＴ－１２　ﾓｰﾀｰ ") == "MT-12 モーター"


def test_fold_makes_keys_comparable() -> None:
    assert fold("ＭＴ－１") == fold("mt-1 ")


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("5", "5"),
        ("5.000000", "5"),
        ("1E+3", "1,000"),
        ("0.000000", "0"),
        ("1234567.125000", "1,234,567.125"),
        ("-0.5", "-0.5"),
    ],
)
def test_quantities_are_shown_without_needless_zeros(quantity: str, text: str) -> None:
    assert plain(Decimal(quantity)) == text
    with translation.override("ja"):
        assert plain(Decimal(quantity)) == text
