"""The lines of a delivery: made by Python, as an order has up to hundreds of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.models import Tracking
from core import form_parts
from core.numbers import plain
from purchasing.models import OrderLine
from purchasing.receiving_forms import ArrivalForm
from purchasing.templatetags.purchasing import in_base_units, pack

LABELLED = ("lot", "serials")  # the labels of the others are for screen readers


@dataclass
class LineRows:
    """A line of the order, and the rows in which its arrival is entered."""

    line: OrderLine
    forms: list[ArrivalForm] = field(default_factory=list)

    @property
    def is_packed(self) -> bool:
        """Whether a pack is something else than one of the part's own unit."""
        return self.line.factor != 1 or self.line.pack_unit != self.line.part.unit

    @property
    def most_more(self) -> Any:
        """Packs that may come beyond what was ordered and received, the tolerance included."""
        return self.line.most - self.line.received_in_all

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms if form.is_bound)


def lines_shown(entries: Sequence[LineRows]) -> SafeString:
    """Lines beneath one another; empty if there are none."""
    writer = _Writer()
    return mark_safe("\n".join([writer.line(entry) for entry in entries]))  # noqa: S308 - each part is escaped


def empty_row(form: ArrivalForm) -> SafeString:
    """What is copied for another location or lot."""
    return mark_safe(_Writer().row(form, None))  # noqa: S308 - each part is escaped


class _Writer:
    """Of one page, in its language: each word is translated once."""

    def __init__(self) -> None:
        self.sku, self.ordered = gettext("SKU"), gettext("Ordered")
        self.received, self.missing = gettext("Received"), gettext("Missing")
        self.another_location = gettext("Another location")
        self.remove = gettext("Remove this line")
        self.one_a_line = gettext("One a line, or a list with commas or tabs.")
        self.so_many = gettext("{count} of {expected} entered")
        label = gettext("Another lot")
        self.another_lot = (
            f'<button type="button" class="inventory-chip" data-split hidden>+ {label}</button>'
        )

    def line(self, entry: LineRows) -> str:
        line = entry.line
        number, position = escape(line.part.number), escape(localize(line.position))
        tracked = line.part.tracking
        legend = gettext("Line %(position)s: %(part)s") % {"position": position, "part": number}
        rows = "".join([self.row(form, line) for form in entry.forms])
        split = self.another_lot if tracked == Tracking.LOT else self._another_location(number)
        lots = " has-lots" if tracked == Tracking.LOT else ""
        return (
            f'<fieldset class="receiving-line" data-line data-factor="{_unlocalized(line.factor)}" '
            f'data-unit="{escape(line.part.get_unit_display())}" data-tracking="{escape(tracked)}" '
            f'data-missing="{_unlocalized(line.missing)}"'
            f"{' data-packed' if entry.is_packed else ''}>"
            f'<legend class="inventory-hidden">{legend}</legend>\n'
            f'<span class="receiving-position">{position}</span>\n'
            f'<div class="receiving-part">{" ".join(self._part(entry))}</div>\n'
            f'<dl class="receiving-numbers">{"".join(self._numbers(entry))}</dl>\n'
            f'<div class="receiving-rows{lots}" data-rows>'
            f"{rows}{split}</div></fieldset>"
        )

    def _part(self, entry: LineRows) -> Iterator[str]:
        line = entry.line
        yield f'<span class="inventory-strong">{escape(line.part.number)}</span>'
        yield escape(line.part.name)
        if line.sku:
            yield f"<small>{self.sku}: {escape(line.sku)}</small>"
        if entry.is_packed:
            one = gettext("1 pack: %(pack)s") % {"pack": escape(pack(line))}
            if line.pack_unit != line.part.unit:
                one = f"{one} {escape(in_base_units(line, Decimal(1)))}"
            yield f"<small>{one}</small>"
        if line.description:
            yield f"<small>{escape(line.description)}</small>"

    def _numbers(self, entry: LineRows) -> Iterator[str]:
        line = entry.line
        ordered = _small(in_base_units(line)) if entry.is_packed else ""
        missing = (
            _small(in_base_units(line, line.missing)) if entry.is_packed and line.missing else ""
        )
        yield _number(self.ordered, f"{_quantity(line.quantity)}{ordered}")
        yield _number(self.received, _quantity(line.received_in_all))
        yield _number(self.missing, f"<strong>{_quantity(line.missing)}</strong>{missing}")
        if line.tolerance_percent:
            most = gettext("At most (tolerance %(percent)s %%)") % {
                "percent": _quantity(line.tolerance_percent)
            }
            yield _number(most, _quantity(entry.most_more), css=' class="receiving-most"')

    def _another_location(self, number: str) -> str:
        label = gettext("Another location for %(part)s") % {"part": number}
        return (
            '<button type="button" class="inventory-icon-button receiving-split" data-split hidden '
            f'title="{self.another_location}" aria-label="{label}">'
            '<span class="material-symbols-outlined" aria-hidden="true">add</span></button>'
        )

    # --- A row, in which is entered what arrived ---

    def row(self, form: ArrivalForm, line: OrderLine | None) -> str:
        wrong = form.errors if form.is_bound else {}
        fields = form.visible_fields()
        line_id, seen = form["line"].value(), form["seen"].value()
        hidden = "" if line is None else " hidden"
        return (
            '<div class="receiving-row" data-row>'
            f'<input type="hidden" name="{form.prefix}-line" value="{_unlocalized(line_id)}">'
            f'<input type="hidden" name="{form.prefix}-seen" '
            f'value="{"" if seen is None else escape(seen)}">'
            f"{form_parts.errors(form.non_field_errors()) if wrong else ''}"
            f"{self._was(form, line)}"
            f'<div class="receiving-fields">{"".join([self._field(f, line) for f in fields])}'
            f'<button type="button" class="inventory-icon-button" data-remove{hidden} '
            f'title="{self.remove}" aria-label="{self.remove}">'
            '<span class="material-symbols-outlined" aria-hidden="true">close</span></button></div>'
            f"{''.join([form_parts.field_errors(f) for f in fields if f.errors]) if wrong else ''}"
            "</div>"
        )

    def _was(self, form: ArrivalForm, line: OrderLine | None) -> str:
        was = form.was
        if was is None or line is None:
            return ""
        said = gettext("Received was %(was)s when you opened the page, and is %(now)s now.") % {
            "was": _quantity(was),
            "now": _quantity(line.received_in_all),
        }
        return f'<p class="receiving-was">{said}</p>'

    def _field(self, bound: BoundField, line: OrderLine | None) -> str:
        wrong = " has-errors" if bound.form.is_bound and bound.errors else ""
        key = bound.id_for_label
        css = "" if bound.name in LABELLED else ' class="inventory-hidden"'
        of = "" if line is None else f" ({escape(line.part.number)})"
        of = f'<span class="inventory-hidden">{of}</span>' if of else ""
        below = ""
        if bound.name == "quantity":
            below = f'<output class="inventory-help" data-converted for="{key}"></output>'
        elif bound.name == "serials":
            below = (
                f'<span class="inventory-help">{self.one_a_line} <output data-count '
                f'data-text="{self.so_many}" for="{key}"></output></span>'
            )
        return (
            f'<div class="inventory-field receiving-{bound.name}{wrong}">'
            f'<label for="{key}"{css}>{conditional_escape(bound.label)}{of}</label>\n'
            f"{bound}\n{below}</div>"
        )


def _number(name: str, value: str, *, css: str = "") -> str:
    return f"<div{css}><dt>{name}</dt><dd>{value}</dd></div>"


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>"


def _quantity(value: Any) -> str:
    return escape(plain(value))


def _unlocalized(value: Any) -> str:
    """As programs read it."""
    return "" if value is None else escape(localize(value, use_l10n=False))
