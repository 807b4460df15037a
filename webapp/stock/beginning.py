"""How each recording begins: its key is its own, its parts are locked and known."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from catalog.models import Part
from core.rows import fetched
from stock.entries import Count, Line
from stock.errors import NotAcceptedError
from stock.rules import check_same_unit, naming_line

# What the rules of recording ask of a part; the rest is loaded if somebody wants it.
_ASKED = {"id", "number", "name_ja", "name_en", "unit", "tracking", "active"}
_ASKED |= {"reorder_point", "on_hand", "on_order"}
# ``from_db`` wants them as the model has them.
_FIELDS = [field.attname for field in Part._meta.concrete_fields if field.attname in _ASKED]
_BEGIN = f"SELECT recorded, proposed, {', '.join(_FIELDS)} FROM stock_begin(%s, %s)"  # noqa: S608 - our own names


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What holds until the transaction ends.

    `parts` are as they are now, locked; `proposed` are those that have an open re-order proposal,
    and `recorded` is whether an earlier request with the same key wrote movements.
    """

    parts: Mapping[int, Part]
    proposed: Collection[int]
    recorded: bool


def begin(key: uuid.UUID, part_ids: Collection[int]) -> Begun:
    """Wait for an earlier request with this key, and lock the parts in the order of their keys.

    Not by the ORM, and in one statement of the database: building queries and waiting for their
    answers would take longer than the movement itself.
    """
    rows = fetched(_BEGIN, [key, sorted(part_ids)])
    parts = [Part.from_db(connection.alias, _FIELDS, row[2:]) for row in rows]
    return Begun(
        parts={part.pk: part for part in parts},
        proposed={part.pk for part, row in zip(parts, rows, strict=True) if row[1]},
        recorded=any(row[0] for row in rows),
    )


def check_seen(begun: Begun, entries: Sequence[Line | Count]) -> Mapping[int, Part]:
    """The parts, which must still be what the user saw."""
    if not entries:
        raise NotAcceptedError(_("Nothing was entered. Enter at least one line."))
    for index, entry in enumerate(entries):
        with naming_line(index):
            check_same_unit(begun.parts.get(entry.part.pk), entry.part)
    return begun.parts


def parts_of(entries: Sequence[Line | Count]) -> set[int]:
    return {entry.part.pk for entry in entries}
