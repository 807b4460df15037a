"""The plan by which PostgreSQL finds the rows of each list, short enough to be read.

Of each list the statement that finds the keys of its page: what comes before it looks up a few
thousand keys at most, and what follows fetches 25 rows by theirs.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from demo.measuring import TERMS, every_list, opening
from purchasing.models import ProposalState
from purchasing.states import OrderState
from stock.models.ledger import Kind

# Words that stand for the others: two characters, many hits, none.
_TERMS = (TERMS[0], TERMS[1], TERMS[7], TERMS[8])
_LIKE_OTHERS = frozenset(
    {
        *(f"purchaseorder, {state}" for state in OrderState.values if state != OrderState.ORDERED),
        *(f"stockmovement, {kind}" for kind in Kind.values if kind != Kind.CORRECTION),
        *(f"reorderproposal, {state}" for state in ProposalState.values),
        *("goodsreceipt “PO-2026-0001”", "reorderproposal “PO-2026-0001”"),
        *("goodsreceipt “SO2500012”", "reorderproposal “SO2500012”"),
    }
)
# They carry the rows of the node beneath them on, and say nothing of how it found them.
_TRANSPARENT = frozenset({"Limit", "Result", "Incremental Sort", "Gather", "Gather Merge"})
_NAMES = ("Index Name", "Relation Name")


@dataclass(frozen=True)
class Shown:
    """A list with its statements' time in the database, and the plan of the one that finds it."""

    model: str
    name: str
    statements: int
    milliseconds: float
    plan: list[str]


def plans() -> Iterator[Shown]:
    """The plan of every list.

    :raises LookupError: if the database is empty
    """
    for name, model, parameters in every_list():
        if _stands_for_others(name, parameters):
            yield _plan_of(name, model, parameters)


def _stands_for_others(name: str, parameters: dict[str, str]) -> bool:
    term = parameters.get("q")
    if term in TERMS:
        return term == TERMS[1] or (name.startswith("part ") and term in _TERMS)
    return "o" not in parameters and name not in _LIKE_OTHERS


def _plan_of(name: str, model: type[models.Model], parameters: dict[str, str]) -> Shown:
    opening(model, parameters)()  # what is looked up once, and pages that were not in memory
    with CaptureQueriesContext(connection) as captured:
        opening(model, parameters)()
    explained = [_explained(query["sql"]) for query in captured]
    found = [each for query, each in zip(captured, explained, strict=True) if _finds(query["sql"])]
    return Shown(
        model=str(model._meta.verbose_name_plural),
        name=name,
        statements=len(explained),
        milliseconds=sum(each["Planning Time"] + each["Execution Time"] for each in explained),
        plan=list(_lines(found[-1]["Plan"])) if found else ["nothing, known beforehand"],
    )


def _finds(sql: str) -> bool:
    return ' AS "pk" FROM' in sql and "LIMIT" in sql and "array_agg" not in sql


def _explained(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, BUFFERS OFF, TIMING OFF) {sql}")
        [(told,)] = cursor.fetchall()
    explained: dict[str, Any] = (json.loads(told) if isinstance(told, str) else told)[0]
    return explained


def _lines(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    if node["Node Type"] == "ProjectSet":
        yield f"{'  ' * depth}keys looked up: {_rows(node):,.0f}"
        return
    beneath = node.get("Plans", [])
    shown = node["Node Type"] not in _TRANSPARENT or not beneath
    if shown:
        yield "  " * depth + _line(node)
    for child in beneath:
        yield from _lines(child, depth + shown)


def _line(node: dict[str, Any]) -> str:
    backward = " backward" if node.get("Scan Direction") == "Backward" else ""
    name = next((f" {node[key]}" for key in _NAMES if key in node), "")
    sorted_by = ", ".join(key.replace("public.", "") for key in node.get("Sort Key", ()))
    by = f" by {sorted_by}" if sorted_by else ""
    return f"{node['Node Type']}{backward}{name}{by}: {_rows(node):,.0f}"


def _rows(node: dict[str, Any]) -> float:
    """In all its turns."""
    turns: float = node.get("Actual Rows", 0) * node.get("Actual Loops", 1)
    return turns
