"""The rows of a count: made by Python, as a shelf has up to two hundred of them.

A page that is opened makes no forms: each row is a copy of one, with what the books say here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from catalog.models import Part
from core.fragments import kept
from core.lines import PLACEHOLDER, LineFormSet
from core.numbers import plain
from core.pages import as_id
from core.templatetags.inventory import as_decimal
from core.units import UNITS
from stock.models import Lot, StockLevel


@dataclass(frozen=True, kw_only=True)
class _Row:
    part: Part
    lot: Lot | None
    expected: Decimal | None
    hidden: str
    input: str
    input_id: str
    errors: Sequence[str] = ()
    outdated: bool = False


def rows_shown(rows: LineFormSet, levels: Sequence[StockLevel]) -> SafeString:
    """The body of the table: what was sent, or what the books say; empty where there is nothing."""
    shown = _sent(rows) if rows.is_bound else _opened(rows, levels)
    counted, changed = gettext("Counted of %(part)s"), gettext("changed while you counted")
    units = {code: escape(unit) for code, unit in UNITS.items()}
    return mark_safe(  # noqa: S308 - each part is escaped, or made by a widget
        "".join([_tr(row, counted=counted, changed=changed, units=units) for row in shown])
    )


def _tr(row: _Row, *, counted: str, changed: str, units: Mapping[str, str]) -> str:
    number = escape(row.part.number)
    lot = "" if row.lot is None else escape(str(row.lot))
    expected = "" if row.expected is None else escape(plain(row.expected))
    marked = ' class="is-outdated"' if row.outdated else ""
    note = f'<p class="inventory-error">{escape(changed)}</p>' if row.outdated else ""
    said = " ".join([conditional_escape(error) for error in row.errors])
    errors = f'<p class="inventory-error">{said}</p>' if said else ""
    return (
        f'<tr{marked}><td><span class="inventory-strong">{number}</span> {escape(row.part.name)}'
        f"{row.hidden}</td><td>{lot}</td>"
        f'<td class="is-number">{expected} {units[row.part.unit]} {note}</td>'
        f'<td class="inventory-count-cell"><label class="inventory-hidden" for="{row.input_id}">'
        f"{counted % {'part': number}}</label> {row.input}{errors}</td></tr>"
    )


def _opened(rows: LineFormSet, levels: Sequence[StockLevel]) -> Iterator[_Row]:
    field = kept(("count", rows.prefix, get_language()), lambda: str(rows.empty_form["counted"]))
    for index, level in enumerate(levels):
        prefix = rows.add_prefix(index)
        yield _Row(
            part=level.part,
            lot=level.lot,
            expected=level.quantity,
            hidden=_hidden(f"{prefix}-part", level.part_id)
            + _hidden(f"{prefix}-lot", level.lot_id)
            + _hidden(f"{prefix}-expected", level.quantity),
            input=field.replace(PLACEHOLDER, str(index)),
            input_id=f"id_{prefix}-counted",
        )


def _hidden(name: str, value: int | Decimal | None) -> str:
    shown = "" if value is None else f' value="{value}"'
    return f'<input type="hidden" name="{name}"{shown} id="id_{name}">'


def _sent(rows: LineFormSet) -> Iterator[_Row]:
    """With parts and lots by two queries for all; what names no part is not shown."""
    part_ids = [as_id(form["part"].value()) for form in rows]
    lot_ids = [as_id(form["lot"].value()) for form in rows]
    parts = Part.objects.defer("search_text").in_bulk([pk for pk in part_ids if pk])
    lots = Lot.objects.in_bulk([pk for pk in lot_ids if pk])
    for form, part, lot in zip(rows, part_ids, lot_ids, strict=True):
        if part not in parts:
            continue
        yield _Row(
            part=parts[part],
            lot=lots.get(lot) if lot else None,
            expected=as_decimal(form["expected"].value()),
            hidden=f"{form['part']}{form['lot']}{form['expected']}",
            input=str(form["counted"]),
            input_id=form["counted"].id_for_label,
            errors=[str(error) for error in form["counted"].errors],
            outdated=getattr(form, "outdated", False),
        )
