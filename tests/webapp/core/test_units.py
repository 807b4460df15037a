"""Units as people write them, and the conversion between them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.units import UNITS, factor, parse_pack, parse_unit


class TestParseUnit:
    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "pcs"),
            ("pcs", "pcs"),
            ("Each", "pcs"),
            ("個", "pcs"),
            ("セット", "set"),
            ("ｾｯﾄ", "set"),
            ("litres", "l"),
            ("Liter", "l"),
            ("metre", "m"),
            ("Ｍ", "m"),
            ("メートル", "m"),
            ("feet", "ft"),
            ("foot", "ft"),
            ("Inches", "in"),
            ("KG", "kg"),
            ("グラム", "g"),
            ("m²", "m2"),
            ("m³", "m3"),
            ("mL", "ml"),
            (" mm ", "mm"),
        ],
    )
    def test_reads_what_people_write(self, written: str, code: str) -> None:
        assert parse_unit(written) == code

    @pytest.mark.parametrize("code", UNITS)
    def test_reads_every_unit_as_it_is_stored_and_shown(self, code: str) -> None:
        assert parse_unit(code) == parse_unit(str(UNITS[code])) == code

    def test_names_the_units_that_it_knows(self) -> None:
        with pytest.raises(ValidationError) as caught:
            parse_unit("furlong")

        [message] = caught.value.messages
        assert message.startswith("“furlong” is not a unit known here. Known units: pcs, set, m,")


class TestParsePack:
    @pytest.mark.parametrize(
        ("written", "quantity", "unit"),
        [
            ("", "1", "m"),
            ("250 ml", "250", "ml"),
            ("100m", "100", "m"),
            ("500 feet", "500", "ft"),
            ("foot", "1", "ft"),
            ("1 metre", "1", "m"),
            ("500", "500", "m"),
            ("1,000", "1000", "m"),
            ("0.5 kg", "0.5", "kg"),
            (".5 kg", "0.5", "kg"),
            ("１００ｍ", "100", "m"),
            ("10 m2", "10", "m2"),
            ("5 個", "5", "pcs"),
        ],
    )
    def test_reads_number_and_unit(self, written: str, quantity: str, unit: str) -> None:
        assert parse_pack(written, unit="m") == (Decimal(quantity), unit)

    @pytest.mark.parametrize("written", ["-5 m", "5 5", "1.2.3 m", "10 furlongs", "a\nb"])
    def test_refuses_what_it_cannot_read(self, written: str) -> None:
        with pytest.raises(ValidationError):
            parse_pack(written, unit="m")


class TestFactor:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [("ft", "m", "0.3048"), ("m", "mm", "1000"), ("g", "kg", "0.001"), ("pcs", "pcs", "1")],
    )
    def test_is_exact(self, one: str, other: str, expected: str) -> None:
        assert factor(one, other) == Decimal(expected)

    @pytest.mark.parametrize("unit", UNITS)
    def test_knows_every_unit(self, unit: str) -> None:
        others = [other for other in UNITS if other != unit and convertible(unit, other)]

        for other in others:
            assert abs(factor(unit, other) * factor(other, unit) - 1) < Decimal("1e-20")

    def test_says_what_cannot_be_converted(self) -> None:
        with pytest.raises(ValidationError, match="ft cannot be converted into kg"):
            factor("ft", "kg")


def convertible(one: str, other: str) -> bool:
    try:
        factor(one, other)
    except ValidationError:
        return False
    return True
