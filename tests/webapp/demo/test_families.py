"""The word lists that generated catalogues are made of."""

import re

from core import units
from demo.large.families import read_families, read_words

LETTERS = re.compile(r"^[a-z]{3,}")


class TestFamilies:
    def test_have_codes_of_their_own(self) -> None:
        codes = [family.code for family in read_families()]

        assert len(set(codes)) == len(codes)

    def test_use_units_and_tracking_that_exist(self) -> None:
        for family in read_families():
            assert family.unit in units.UNITS, family.name_en
            assert family.tracking in {"none", "lot", "serial"}, family.name_en

    def test_give_every_variant_once(self) -> None:
        for family in read_families():
            variants = {tuple(family.variant(index)) for index in range(family.variants)}
            assert len(variants) == family.variants, family.name_en

    def test_have_japanese_for_every_english_word(self) -> None:
        words = read_words()
        spelled = {
            value
            for family in read_families()
            for axis in family.axes
            for value in axis
            if LETTERS.match(value)
        }

        assert {value for value in spelled if value not in words} == set()
