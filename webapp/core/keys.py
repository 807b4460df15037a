"""Keys looked up first, so that the planner knows what a list is filtered by.

A filter or a search names few rows or many. Few are fetched and sorted; for many the list is read
in its order until the page is full. Which of them it is the planner can only guess, and it expects
what is asked for to stand anywhere, while the parts of a supplier or of a category stand together:
then it reads everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

# How far figures count; beyond that they say "1000+".
COUNTED_ROWS = 1000


class IsAny(Func):
    """``column = ANY(keys)``: one value to send, however many keys."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()
    conditional = True


class IsAnyOfUnknown(IsAny):
    """The same, of keys that the planner does not count: it fetches and sorts what they name.

    Only where an index is sure to be read, and not beside an OR of something that has none.

    Told their number, it looks for them in the order of the list, as if they stood anywhere.
    """

    template = "%(expressions)s::bigint[])))"
    arg_joiner = " = ANY(ARRAY(SELECT unnest("


def is_any_in(key: str, rows: "QuerySet[Any, Any]") -> IsAny:
    """``column = ANY(ARRAY(subquery))``: fetched and sorted, too, or one of several indexes.

    Only where an index is sure to be read: row by row, the array is searched from its beginning.
    """
    return IsAny(F(key), ArraySubquery(rows))


def is_one_of(key: str, keys: Iterable[int]) -> IsAny:
    """``column = ANY('{1,2}')``."""
    return IsAny(F(key), Value(f"{{{','.join(map(str, keys))}}}", output_field=TextField()))


@dataclass(frozen=True)
class Found:
    """Keys as the database wrote them, for it to read again; or that they are too many."""

    count: int
    keys: str | None

    def condition(self, key: str, *, by_time: bool = False) -> Q:
        """Of a list in the order of time the planner may know how many they are."""
        if not self.count:
            return Q(pk__in=[])
        is_any = IsAny if by_time else IsAnyOfUnknown
        return Q(is_any(F(key), Value(self.keys, output_field=TextField())))


def look_up(rows: "QuerySet[Any, Any]", *, most: int) -> Found:
    """The only column of `rows`, unless there are more than `most`."""
    sql, values = rows.order_by()[: most + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), array_agg(key)::text FROM ({sql}) AS found (key)",  # noqa: S608 - made by Django
            values,
        )
        count, keys = cursor.fetchone()
    return Found(count, keys if count <= most else None)


def counted(rows: "QuerySet[Any]") -> tuple[int, str]:
    """How many rows there are, and how to say it: of many, that they are many."""
    count = rows.order_by()[: COUNTED_ROWS + 1].count()
    return count, said(count)


def said(count: int) -> str:
    """A number that was counted up to one more than ``COUNTED_ROWS``."""
    return str(count) if count <= COUNTED_ROWS else f"{COUNTED_ROWS}+"
