"""Template filters for the lines of orders."""

from decimal import Decimal

from django import template

from core.currencies import price_shown, rounded, shown
from core.numbers import plain
from purchasing.models import OrderLine
from purchasing.models.line import pack_shown

register = template.Library()


@register.filter
def pack(line: OrderLine) -> str:
    """What one pack is: ``100 ft``."""
    return pack_shown(line.pack_quantity, line.pack_unit)


@register.filter
def in_base_units(line: OrderLine, packs: Decimal | None = None) -> str:
    """So many packs (all that were ordered) in the part's own unit: ``= 91.44 m``."""
    amount = (line.quantity if packs is None else packs) * line.factor
    return f"= {plain(round(amount, 6))} {line.part.get_unit_display()}"


@register.filter
def price(line: OrderLine) -> str:
    """The price of a pack; a dash where there is none."""
    return "–" if line.unit_price is None else price_shown(line.unit_price, line.currency)


@register.filter
def line_amount(line: OrderLine) -> str:
    """What the line costs, as the currency is paid."""
    if line.unit_price is None:
        return "–"
    return shown(rounded(line.quantity * line.unit_price, line.currency), line.currency)
