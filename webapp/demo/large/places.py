"""Generated locations, suppliers and people."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from demo.large.tables import Identities, Row

_SITES = (
    ("Main warehouse", "本社倉庫"),
    ("Hamamatsu factory", "浜松工場"),
    ("Kobe depot", "神戸デポ"),
    ("Fukuoka service centre", "福岡サービスセンター"),
)
_ZONES = (
    ("Receiving", "入荷場"),
    ("Shelves A", "棚A"),
    ("Shelves B", "棚B"),
    ("Assembly line", "組立ライン"),
    ("Inspection", "検査場"),
)
_SHELVES_PER_ZONE = 14

_MAKERS = (
    ("Aomatsu", "青松"), ("Kirigaoka", "霧ケ丘"), ("Hoshimori", "星守"), ("Minamisora", "南空"),
    ("Tsukikage", "月影"), ("Shirakaba", "白樺"), ("Asanagi", "朝凪"), ("Kumozaki", "雲崎"),
    ("Fujimine", "藤峰"), ("Harukaze", "春風"),
)  # fmt: skip
_TRADES = (
    ("Precision", "精密", "JPY"), ("Electronics", "電子", "USD"), ("Trading", "商事", "JPY"),
    ("Composites", "複合材", "EUR"), ("Motors", "電機", "CNY"),
)  # fmt: skip

_PEOPLE, _BUYERS = 12, 5


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who records movements."""

    username: str
    family_name: str
    given_name: str


def people() -> list[Person]:
    """Those who have worked at the warehouses, by the names of their desks."""
    return [
        Person(username=f"warehouse-{desk:02}", family_name="倉庫担当", given_name=f"{desk:02}")
        for desk in range(1, _PEOPLE + 1)
    ]


def buyers() -> list[Person]:
    """Those who order; the first of them approves what the others ordered."""
    return [
        Person(username=f"purchasing-{desk:02}", family_name="購買担当", given_name=f"{desk:02}")
        for desk in range(1, _BUYERS + 1)
    ]


def location_rows(identities: Identities) -> Iterator[tuple[Row, bool]]:
    """Sites, zones and shelves, parents first, each with whether parts lie on it."""
    for site_en, site_ja in _SITES:
        site = identities.next()
        yield (site, None, site_en, site_ja, "", "", "", True), False
        for zone_en, zone_ja in _ZONES:
            zone = identities.next()
            yield (zone, site, zone_en, zone_ja, "", "", "", True), False
            for number in range(1, _SHELVES_PER_ZONE + 1):
                name = f"{number:02d}"
                row = (identities.next(), zone, f"Shelf {name}", f"棚{name}", "", "", "", True)
                yield row, True


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """A supplier as far as prices and SKUs need it."""

    id: int
    code: str
    currency: str
    lead_time_days: int


def suppliers(identities: Identities, rng: random.Random) -> Iterator[tuple[Supplier, Row]]:
    """Fifty invented companies."""
    for maker_en, maker_ja in _MAKERS:
        for trade_en, trade_ja, currency in _TRADES:
            foreign = currency != "JPY"
            name = (
                f"{maker_en} {trade_en} (fictitious) Ltd."
                if foreign
                else f"架空{maker_ja}{trade_ja}株式会社"
            )
            host = f"{maker_en}-{trade_en}.example".lower()
            supplier = Supplier(
                id=identities.next(),
                code=(maker_en[:2] + trade_en[:1]).upper(),
                currency=currency,
                lead_time_days=rng.choice((7, 10, 14, 21, 30, 45, 60)),
            )
            yield (
                supplier,
                (supplier.id, name, currency, f"https://{host}/", f"sales@{host}", "", True),
            )
