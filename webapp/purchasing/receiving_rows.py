"""The rows that the page of a delivery begins with: what was typed, and what is missing.

A row is a dictionary of a form's initial values.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from core.fields import QuantityField
from core.pages import as_id
from purchasing.models import OrderLine
from stock.models import Location

# The fields that say that something arrived; location and hidden fields are filled in anyway.
ENTERED_BY = ("quantity", "lot", "serials")


def rows_of(
    lines: Sequence[OrderLine],
    places: Mapping[int, Sequence[Location]],
    typed: Sequence[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """What was typed, and an empty row for each other line of which more may come."""
    by_line = {line.pk: line for line in lines}
    again = [
        {**row, "was": row["seen"], "seen": _number(by_line[_line(row)].received_in_all)}
        for row in typed
        if _is_entered(row) or may_receive(by_line[_line(row)])
    ]
    begun = {_line(row) for row in again}
    fresh = [
        {
            "line": line.pk,
            "seen": _number(line.received_in_all),
            "location": next((place.pk for place in places[line.part_id]), ""),
        }
        for line in lines
        if line.pk not in begun and may_receive(line)
    ]
    return [*again, *fresh]


def may_receive(line: OrderLine) -> bool:
    """Whether anything more of the line may come, the tolerance included."""
    return not line.closed and line.received_in_all < line.most


def with_all_missing(
    rows: Sequence[dict[str, Any]], lines: Sequence[OrderLine]
) -> list[dict[str, Any]]:
    """The rows, and what is missing of each line in its first row without a quantity."""
    left = {line.pk: line.missing for line in lines if not line.closed}
    for row in rows:
        left[_line(row)] = left.get(_line(row), Decimal(0)) - _quantity(row)
    filled = []
    for row in rows:
        rest = left.get(_line(row), Decimal(0))
        if rest > 0 and not str(row.get("quantity") or "").strip():
            left[_line(row)] = Decimal(0)
            filled.append({**row, "quantity": _number(rest)})
        else:
            filled.append(dict(row))
    return filled


def _is_entered(row: Mapping[str, Any]) -> bool:
    return any(row.get(name) for name in ENTERED_BY)


def _line(row: Mapping[str, Any]) -> int:
    return as_id(row["line"]) or 0


def _quantity(row: Mapping[str, Any]) -> Decimal:
    """What was typed, as far as it is a number."""
    try:
        return QuantityField(required=False).clean(row.get("quantity") or "") or Decimal(0)
    except ValidationError:
        return Decimal(0)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
