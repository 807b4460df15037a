"""Sixty days at a drone maker: orders, deliveries, builds, repairs, a stocktake and a mistake.

The same story each time, told relative to the day it is loaded.
"""

import csv
import random
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from access.roles import Role
from catalog.models import Part
from demo.purchases import Purchases
from demo.storeroom import Storeroom
from stock.models import StockMovement

DAYS = 60
_SEED = 20260
_CLOSES = 17  # o'clock; a day is told once it is over
_STOCKTAKE_BEFORE, _MISTAKE_BEFORE = 16, 9  # working days before the end
_NOT_REORDERED = 15  # the last working days of the parts in short supply

_PRODUCTS = {"SORA-6": 5, "MIDORI-4": 3, "KOMA-4": 3}  # how often each is built
_SHORT = frozenset({"BLT-M4X20-TI", "PNT-UR-WHT", "RID-BLE-01", "BAT-4S-5000", "ARM-CF40-620"})
# Options and spare parts, bought once a year: nobody reorders them in these sixty days.
_OPTIONS = (
    "CAM-TH-640",
    "CAM-TH-640",
    "CAM-TH-640",
    "GMB-3A-700",
    "GMB-3A-700",
    "GMB-3A-700",
    "CAM-24MP-MAP",
    "CAM-24MP-MAP",
    "LDR-32-200",
    "RAD-VTX-57",
    "CHG-14S-3000",
    "CHG-14S-3000",
    "CHG-14S-3000",
    "CHG-6S-1200",
    "CHG-6S-1200",
)
_SPARES = (
    "PRP-1552-CW",
    "PRP-1552-CCW",
    "ARM-CF25-330",
    "MTR-4014-330",
    "ESC-40A-6S",
    "LDG-SORA6-RET",
    "PRP-3011F-CW",
    "SPR-NZL-110",
    "MTR-3508-380",
    "PRP-0740-3B",
)
# Found unfit on the last days, so many working days before the end, when nobody orders any more.
_UNFIT = {
    6: ("BLT-M4X20-TI", "ねじ山不良のため廃棄"),
    4: ("PNT-UR-WHT", "使用期限切れのため廃棄"),
    3: ("BAT-4S-5000", "セル膨張のため廃棄"),
}
_LINE_SUPPLY = {
    "BLT-M3X8": Decimal(400),
    "BLT-M3X16": Decimal(200),
    "NUT-M3-NYL": Decimal(200),
    "CON-GH-4P": Decimal(60),
}


class Story:
    """Tells itself to the services of stock and purchasing, day by day."""

    def __init__(self, *, now: datetime, builds: Path) -> None:
        self._now = now
        self._rng = random.Random(_SEED)  # noqa: S311 - the same story each time, no secret
        parts = Part.objects.filter(category__path__startswith="Drone parts")
        self._store = Storeroom(parts.order_by("pk"), self._rng)
        self._purchases = Purchases(self._store, self._rng)
        self._builds = _read_builds(builds)
        self._options = list(_OPTIONS)
        self._rng.shuffle(self._options)
        self._work = self._repair = 100

    def tell(self) -> int:
        """Post everything; the number of movements."""
        before = StockMovement.objects.count()
        self._purchases.begin()
        start = opening(self._now) + timedelta(days=1)
        days = [
            day
            for offset in range(DAYS)
            if (day := start + timedelta(days=offset)).weekday() < 5
            and day.replace(hour=_CLOSES) <= self._now
        ]
        for index, day in enumerate(days):
            self._live(index, len(days) - 1 - index, day)
        self._purchases.end(self._now)
        return StockMovement.objects.count() - before

    def _live(self, index: int, left: int, day: datetime) -> None:
        """One day, in the order of its hours: nothing is used before it has come."""
        if day.weekday() == 0:
            self._store.supply_line(_LINE_SUPPLY, reason="週次ライン補充", at=self._at(day, 8, 40))
        if self._rng.random() < 0.75:
            self._build(day)
        self._purchases.arrive(index, day)
        if self._options and self._rng.random() < 0.4:
            self._option(day)
        if left == _MISTAKE_BEFORE:
            self._mistake(day)
        if self._rng.random() < 0.4:
            self._spare(day)
        if left in _UNFIT:
            self._discard(*_UNFIT[left], day)
        if left == _STOCKTAKE_BEFORE:
            self._store.take_stock(
                "Main warehouse/Shelf D/D-1",
                {"BLT-M3X8": Decimal(-7), "SPC-M3-20": Decimal(2)},
                reason="循環棚卸 棚D-1",
                at=self._at(day, 16, 30),
            )
        self._purchases.order(index, left, day, self._short(left))

    def _build(self, day: datetime) -> None:
        product = self._rng.choices(list(_PRODUCTS), list(_PRODUCTS.values()))[0]
        count = self._rng.choice((1, 1, 2))
        wanted = {number: quantity * count for number, quantity in self._builds[product].items()}
        if not self._store.has(wanted):
            return
        self._work += 1
        order = f"MO-{day:%y}-{self._work:04d}"
        self._store.issue(
            wanted,
            at=self._at(day, 9, 20),
            reason=self._rng.choice(
                (
                    f"製造指図 {order} {product} {count}台",
                    f"Production order {order}: {count} × {product}",
                )
            ),
        )

    def _spare(self, day: datetime) -> None:
        number = self._rng.choice(_SPARES)
        wanted = {number: Decimal(self._rng.choice((1, 1, 2)))}
        if self._store.has(wanted):
            self._repair += 1
            self._store.issue(
                wanted,
                at=self._at(day, 15, 10),
                reason=self._rng.choice(
                    (f"修理 R-{self._repair} お客様機", f"Repair R-{self._repair}")
                ),
            )

    def _discard(self, number: str, reason: str, day: datetime) -> None:
        """All but a third of the reorder point."""
        left = self._store.parts[number].reorder_point // 3
        surplus = self._store.on_hand()[number] - left
        if surplus > 0:
            self._store.issue({number: surplus}, at=self._at(day, 15, 40), reason=reason)

    def _option(self, day: datetime) -> None:
        wanted = {self._options.pop(): Decimal(1)}
        if self._store.has(wanted):
            self._store.issue(wanted, at=self._at(day, 11, 45), reason="オプション搭載（出荷前）")

    def _mistake(self, day: datetime) -> None:
        entered = self._store.issue(
            {"CON-XT60-F": Decimal(20)}, reason="試作機の配線", at=self._at(day, 14, 5)
        )
        self._store.correct(
            entered, reason="数量の入力誤り（2個を20個と入力）", at=self._at(day, 14, 30)
        )
        self._store.issue(
            {"CON-XT60-F": Decimal(2)},
            reason="試作機の配線",
            at=self._at(day, 14, 32),
            role=Role.ADMINISTRATOR,
        )

    def _short(self, left: int) -> dict[str, Decimal]:
        """What fell to its reorder point, with what is bought of it at a time."""
        on_hand = self._store.on_hand()
        return {
            number: part.reorder_quantity
            for number, part in self._store.parts.items()
            if part.reorder_quantity
            and on_hand[number] <= part.reorder_point
            and number not in _OPTIONS
            and not (number in _SHORT and left < _NOT_REORDERED)
        }

    def _at(self, day: datetime, hour: int, minute: int) -> datetime:
        """A time of the day, a little varied."""
        return day.replace(hour=hour, minute=minute + self._rng.randint(0, 4))


def opening(now: datetime) -> datetime:
    """When the books of the demo begin: a morning before the first day of the story."""
    first = now.date() - timedelta(days=DAYS)
    return datetime.combine(first, time(7), now.tzinfo)


def _read_builds(file: Path) -> dict[str, dict[str, Decimal]]:
    builds: dict[str, dict[str, Decimal]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            builds.setdefault(row["product"], {})[row["part_number"]] = Decimal(row["quantity"])
    return builds
