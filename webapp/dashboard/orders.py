"""What is proposed for the parts that are needed; answered by a small index."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from core.numbers import MOST_DECIMALS
from core.rows import fetched

# What a person changed on the order counts before what was computed.
_PROPOSED = """
    SELECT p.part_id, p.id, coalesce(l.quantity, p.packs) * p.factor
    FROM purchasing_reorderproposal p LEFT JOIN purchasing_orderline l ON l.id = p.line_id
    WHERE p.state = 'open' AND p.part_id = ANY(%s)
"""


@dataclass(frozen=True)
class Proposed:
    """An open proposal, in the part's own unit."""

    pk: int
    quantity: Decimal


def proposed_for(parts: Collection[int]) -> dict[int, Proposed]:
    """The open proposals of some parts, by part."""
    return {
        part: Proposed(pk, round(quantity, MOST_DECIMALS))
        for part, pk, quantity in fetched(_PROPOSED, [list(parts)])
    }
