"""Template filters for quantities and prices."""

from decimal import Decimal

from django import template

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
