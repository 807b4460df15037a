"""What the page of a part lists of its levels and its latest movements.

Asked as text and kept as rows: the page is opened more than any other, and queries and objects of
Django's took most of its time.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from access.models import who_shown
from core.links import page_address
from core.models import in_japanese, path_shown
from core.rows import fetched
from stock.models.ledger import Kind
from stock.models.lot import lot_shown


class LevelRow(NamedTuple):
    """How much lies at one place."""

    location: str
    lot: str
    expires_on: date | None
    quantity: Decimal


class MovementRow(NamedTuple):
    """One movement, as it is told to people."""

    pk: int
    occurred_at: datetime
    posted_at: datetime
    kind: str
    quantity: Decimal
    location: str
    lot: str
    who: str
    reason: str

    @property
    def url(self) -> str:
        return page_address("admin:stock_stockmovement_change", self.pk)

    @property
    def is_back_dated(self) -> bool:
        """Recorded on another day than it happened."""
        return timezone.localdate(self.occurred_at) != timezone.localdate(self.posted_at)


_PLACE = "p.path, p.path_ja, p.name_ja, p.name_en"
_LEVELS = f"""
    SELECT s.quantity, l.expires_on, {_PLACE}, l.code, l.serial
    FROM stock_stocklevel s
    JOIN stock_location p ON p.id = s.location_id
    LEFT JOIN stock_lot l ON l.id = s.lot_id
    WHERE s.part_id = %(part)s AND s.quantity > 0
    ORDER BY {{path}}, l.code, l.serial LIMIT %(most)s
"""  # noqa: S608 - names of columns
_MOVEMENTS = f"""
    SELECT m.id, m.occurred_at, m.posted_at, m.kind, m.quantity, m.reason,
           u.last_name, u.first_name, u.username, {_PLACE}, l.code, l.serial
    FROM stock_stockmovement m
    JOIN stock_location p ON p.id = m.location_id
    LEFT JOIN stock_lot l ON l.id = m.lot_id
    LEFT JOIN access_user u ON u.id = m.actor_id
    WHERE m.part_id = %(part)s ORDER BY m.id DESC LIMIT %(most)s
"""  # noqa: S608 - names of columns


def levels_of(part_id: int, *, most: int) -> list[LevelRow]:
    """Where some of it lies, in the order of the places in the language of the page."""
    sql = _LEVELS.format(path="p.path_ja" if in_japanese() else "p.path")
    return [
        LevelRow(
            location=path_shown(*row[2:6]), lot=_lot(*row[6:]), expires_on=row[1], quantity=row[0]
        )
        for row in fetched(sql, {"part": part_id, "most": most})
    ]


def movements_of(part_id: int, *, most: int) -> list[MovementRow]:
    """The latest first."""
    return [
        MovementRow(
            pk=row[0],
            occurred_at=row[1],
            posted_at=row[2],
            kind=str(Kind(row[3]).label),
            quantity=row[4],
            reason=row[5],
            who=who_shown(*row[6:9]),
            location=path_shown(*row[9:13]),
            lot=_lot(*row[13:]),
        )
        for row in fetched(_MOVEMENTS, {"part": part_id, "most": most})
    ]


def _lot(code: str | None, serial: str | None) -> str:
    return "" if code is None or serial is None else lot_shown(code, serial)
