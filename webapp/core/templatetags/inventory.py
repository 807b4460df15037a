"""Template filters for quantities and prices, and tags for the forms of our own pages."""

from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField

from core import form_parts
from core.lines import LineFormSet
from core.numbers import plain

register = template.Library()


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """A quantity without needless zeros; nothing for nothing."""
    return "" if value is None else plain(Decimal(value))


@register.filter
def signed(value: Decimal) -> str:
    """A change of stock, with its sign."""
    return f"+{plain(value)}" if value > 0 else plain(value)


@register.filter
def reversed_sign(value: Decimal) -> str:
    """The change that takes a change back."""
    return signed(-value)


@register.filter
def as_decimal(value: object) -> Decimal | None:
    """What a hidden field holds, as a number; nothing if it is none."""
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


@register.simple_tag
def form_field(bound: BoundField) -> str:
    """Label, input, help, errors."""
    return form_parts.field(bound)


@register.simple_tag
def media_of(*owners: Any) -> str:
    """Style sheets and scripts of forms and widgets."""
    return form_parts.media(*owners)


@register.simple_tag
def lines_of(formset: LineFormSet, line_template: str) -> str:
    """The lines of a set of forms."""
    return formset.shown_lines(line_template)


@register.simple_tag
def empty_line_of(formset: LineFormSet, line_template: str) -> str:
    """What is copied when a line is added."""
    return formset.empty_line(line_template)
