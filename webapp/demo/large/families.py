"""Families of parts, read from ``data/large``: what a generated catalogue is made of."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "large"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A material or type within a family, a category of its own."""

    code: str
    name_en: str
    name_ja: str


@dataclass(frozen=True, kw_only=True)
class Family:
    """What varies from part to part, and what its parts have in common.

    `price` is the span of prices in yen of one `unit`; `typical_quantity` is one delivery.
    """

    root_en: str
    root_ja: str
    name_en: str
    name_ja: str
    code: str
    unit: str
    tracking: str
    price: tuple[float, float]
    typical_quantity: int
    kinds: tuple[Kind, ...]
    axes: tuple[tuple[str, ...], ...]

    @property
    def variants(self) -> int:
        """In how many ways the axes combine."""
        count = 1
        for axis in self.axes:
            count *= len(axis)
        return count

    def variant(self, index: int) -> list[str]:
        """The values of the axes of variant number `index`, from 0."""
        values = []
        for axis in self.axes:
            index, position = divmod(index, len(axis))
            values.append(axis[position])
        return values


def read_families() -> list[Family]:
    return [_family(row) for row in _rows("families.csv")]


def read_words() -> Mapping[str, str]:
    """Words of the axes in Japanese; sizes and values are the same in both languages."""
    return {row["en"]: row["ja"] for row in _rows("words.csv")}


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _family(row: Mapping[str, str]) -> Family:
    low, high = row["price_jpy"].split("-")
    return Family(
        root_en=row["root_en"],
        root_ja=row["root_ja"],
        name_en=row["name_en"],
        name_ja=row["name_ja"],
        code=row["code"],
        unit=row["unit"],
        tracking=row["tracking"],
        price=(float(low), float(high)),
        typical_quantity=int(row["typical_quantity"]),
        kinds=tuple(_kind(text) for text in row["kinds"].split("|")),
        axes=tuple(tuple(row[axis].split()) for axis in ("first", "second", "third")),
    )


def _kind(text: str) -> Kind:
    code, names = text.split(":", 1)
    english, japanese = names.split("=", 1)
    return Kind(code=code, name_en=english, name_ja=japanese)
