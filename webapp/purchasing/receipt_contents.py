"""What a goods receipt brought, as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from purchasing.models import GoodsReceipt, GoodsReceiptLine, OrderLine
from stock.models import StockMovement


@dataclass(frozen=True)
class ReceivedLine:
    """A line of the document, with the lots or serial numbers that its movements name."""

    line: GoodsReceiptLine
    items: Sequence[str]

    @property
    def order_line(self) -> OrderLine:
        return self.line.order_line

    @property
    def reversed_base(self) -> Decimal:
        """What its reversal puts into the ledger."""
        return -self.line.base_quantity


def received_lines(receipt: GoodsReceipt) -> list[ReceivedLine]:
    """All lines, by two queries."""
    movements = StockMovement.objects.select_related("lot").order_by("line")
    lines = (
        receipt.lines.select_related("order_line__part", "location")
        .defer("order_line__part__search_text")
        .prefetch_related(Prefetch("movements", movements, to_attr="booked"))
        .order_by("position")
    )
    return [ReceivedLine(line, [str(m.lot) for m in line.booked if m.lot]) for line in lines]
