"""How much is ordered, in words that the supplier and the store understand alike."""

from decimal import Decimal, localcontext

from django.utils.translation import ngettext

from core.numbers import MOST_DECIMALS, plain
from purchasing.models import OrderLine


def ordered_in_words(line: OrderLine) -> str:
    """What the supplier is to send: ``5 pcs``, ``3 packs of 100 ft``."""
    unit = str(line.get_pack_unit_display())
    if line.pack_quantity == 1:
        return f"{plain(line.quantity)} {unit}"
    return ngettext(
        "%(count)s pack of %(pack)s",
        "%(count)s packs of %(pack)s",
        1 if line.quantity == 1 else 2,  # as one says “1.5 packs”
    ) % {"count": plain(line.quantity), "pack": f"{plain(line.pack_quantity)} {unit}"}


def contents_in_words(line: OrderLine) -> str:
    """What that is in the part's own unit, ``= 91.44 m``; nothing where it is the same."""
    if line.pack_unit == line.part.unit and line.factor == 1:
        return ""
    with localcontext(prec=60):
        # As the ledger will book it.
        contents = (line.quantity * line.factor).quantize(Decimal(1).scaleb(-MOST_DECIMALS))
    return f"= {plain(contents)} {line.part.get_unit_display()}"
