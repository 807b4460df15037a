"""A generated catalogue: categories, suppliers, parts, and who sells them at what price."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from demo.large import places
from demo.large.families import Family, Kind, read_families, read_words
from demo.large.places import Supplier
from demo.large.tables import (
    CATEGORIES,
    LOCATIONS,
    PARTS,
    SUPPLIER_PARTS,
    SUPPLIERS,
    Identities,
    Row,
    Table,
)

YEN_TO = {"JPY": 1.0, "USD": 1 / 150, "EUR": 1 / 165, "CNY": 1 / 21}


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What the part is ordered as; one pack is so much of the part's unit."""

    id: int
    supplier: int
    sku: str
    pack: int
    unit: str
    minimum: int
    price: str
    currency: str
    lead_time_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PartPlan:
    """A part as far as its history needs it. Quantities are in tenths of the part's unit."""

    id: int
    tracking: str
    whole: bool
    delivery: int
    reorder_point: int
    cost: float
    currency: str
    code: str
    active: bool
    offer: Offer


@dataclass
class Catalogue:
    """Rows by table, in an order that satisfies references, and what the history needs."""

    rows: dict[Table, list[Row]] = field(default_factory=dict)
    plans: list[PartPlan] = field(default_factory=list)
    shelves: list[int] = field(default_factory=list)


class CatalogueGenerator:
    """Makes `parts` parts that were entered at `since`."""

    def __init__(self, *, parts: int, since: datetime, rng: random.Random) -> None:
        self._count = parts
        self._since = since
        self._rng = rng
        self._words = read_words()
        self._catalogue = Catalogue(
            rows={table: [] for table in (CATEGORIES, LOCATIONS, SUPPLIERS, PARTS, SUPPLIER_PARTS)}
        )
        self._ids = {table: Identities(table) for table in self._catalogue.rows}
        self._suppliers: list[Supplier] = []

    def generate(self) -> Catalogue:
        for row, is_shelf in places.location_rows(self._ids[LOCATIONS]):
            self._catalogue.rows[LOCATIONS].append(row)
            if is_shelf:
                self._catalogue.shelves.append(int(str(row[0])))
        for supplier, row in places.suppliers(self._ids[SUPPLIERS], self._rng):
            self._catalogue.rows[SUPPLIERS].append(row)
            self._suppliers.append(supplier)
        leaves = self._categories()
        for (family, kind, category), count in zip(
            leaves, self._shares([family for family, _kind, _category in leaves]), strict=True
        ):
            for index in range(count):
                self._part(family, kind, category, index)
        return self._catalogue

    def keep_identities(self) -> None:
        """To be called once the rows are loaded."""
        for identities in self._ids.values():
            identities.keep()

    def _categories(self) -> list[tuple[Family, Kind, int]]:
        roots: dict[str, int] = {}
        leaves = []
        for family in read_families():
            if family.root_en not in roots:
                roots[family.root_en] = self._category(None, family.root_en, family.root_ja)
            above = self._category(roots[family.root_en], family.name_en, family.name_ja)
            leaves += [
                (family, kind, self._category(above, kind.name_en, kind.name_ja))
                for kind in family.kinds
            ]
        return leaves

    def _category(self, parent: int | None, name_en: str, name_ja: str) -> int:
        category = self._ids[CATEGORIES].next()
        self._catalogue.rows[CATEGORIES].append((category, parent, name_en, name_ja, "", "", ""))
        return category

    def _shares(self, families: list[Family]) -> list[int]:
        """How many parts each leaf gets: in proportion to what varies, exact in all."""
        weights = [family.variants for family in families]
        total, given, shares, cumulated = sum(weights), 0, [], 0
        for weight in weights:
            cumulated += weight
            share = self._count * cumulated // total - given
            given += share
            shares.append(share)
        return shares

    def _part(self, family: Family, kind: Kind, category: int, index: int) -> None:
        rng = self._rng
        series, variant = divmod(index, family.variants)
        values = family.variant(variant)
        suffix = f" {_series(series)}" if series else ""
        english = _joined(values) + suffix
        japanese = _joined([self._words.get(value, value) for value in values]) + suffix
        number = f"{family.code}-{kind.code}-{index + 1:05d}"
        low, high = family.price
        price = low * (high / low) ** rng.random()
        supplier = rng.choice(self._suppliers)
        delivery = max(1, round(family.typical_quantity * rng.choice((0.5, 0.8, 1, 1, 1.5, 2))))
        reorder_point = round(delivery * rng.choice((0, 0.3, 0.4, 0.5, 0.6)))
        target = reorder_point + delivery * 2 if reorder_point else None
        active = rng.random() > 0.02
        identity = self._ids[PARTS].next()
        self._catalogue.rows[PARTS].append(
            (
                identity,
                number,
                f"{kind.name_ja} {family.name_ja} {japanese}",
                f"{kind.name_en} {family.name_en.lower()} {english}",
                f"{family.name_ja}（{kind.name_ja}）。仕様：{japanese}",
                f"{family.name_en} ({kind.name_en.lower()}). Specification: {english}",
                category,
                family.unit,
                family.tracking,
                reorder_point,
                target,
                delivery if target else None,
                supplier.lead_time_days,
                "",
                active,
                self._since,
                self._since,
                0,
                0,
                "",
            )
        )
        offer = self._supply(identity, number, family, supplier, price, preferred=True)
        if rng.random() < 0.25:
            other = rng.choice(self._suppliers)
            if other.id != supplier.id:
                self._supply(
                    identity, number, family, other, price * rng.uniform(0.9, 1.3), preferred=False
                )
        self._catalogue.plans.append(
            PartPlan(
                id=identity,
                tracking=family.tracking,
                whole=family.unit in {"pcs", "set"},
                delivery=delivery * 10,
                reorder_point=reorder_point * 10,
                cost=price * YEN_TO[supplier.currency],
                currency=supplier.currency,
                code=family.code,
                active=active,
                offer=offer,
            )
        )

    def _supply(
        self,
        part: int,
        number: str,
        family: Family,
        supplier: Supplier,
        price: float,
        *,
        preferred: bool,
    ) -> Offer:
        cheap = family.price[1] < 1000
        pack = self._rng.choice((1, 10, 50, 100)) if cheap else 1
        amount = price * YEN_TO[supplier.currency] * pack
        decimals = 0 if supplier.currency == "JPY" else 2
        offer = Offer(
            id=self._ids[SUPPLIER_PARTS].next(),
            supplier=supplier.id,
            sku=f"{supplier.code}{number[:3]}{number[4:6]}{number[7:]}",
            pack=pack,
            unit=family.unit,
            minimum=self._rng.choice((1, 1, 1, 5)),
            price=f"{max(amount, 10**-decimals):.{decimals}f}",
            currency=supplier.currency,
            lead_time_days=supplier.lead_time_days,
        )
        self._catalogue.rows[SUPPLIER_PARTS].append(
            (
                offer.id,
                part,
                supplier.id,
                offer.sku,
                "",
                pack,
                family.unit,
                offer.minimum,
                1,
                offer.price,
                offer.currency,
                offer.lead_time_days,
                preferred,
                True,
            )
        )
        return offer


def _joined(values: list[str]) -> str:
    """``M3 ×10`` is one size: ``M3×10``."""
    return " ".join(values).replace(" ×", "×")


def _series(number: int) -> str:
    """``1`` → ``B``, ``25`` → ``Z``, ``26`` → ``B1``: the series after the first."""
    round_, letter = divmod(number - 1, 25)
    return chr(ord("B") + letter) + (str(round_) if round_ else "")
