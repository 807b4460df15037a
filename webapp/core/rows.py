"""Rows by plain statements: for what most pages, and every entry of stock, ask for.

Django takes longer to write such a statement than the database to answer it.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from core.postgresql.base import prepared


def fetched(sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """All that a statement finds whose best plan depends on no value: it is planned once."""
    with prepared(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def rows_by_key[Row: models.Model](
    model: type[Row], keys: Collection[int], *fields: str
) -> dict[int, Row]:
    """Those that exist.

    :param fields: which to read, if not all; the others are read when somebody asks for them
    """
    if not keys:
        return {}
    names, sql = _statement(model, fields)
    rows = [model.from_db(connection.alias, names, row) for row in fetched(sql, [list(keys)])]
    return {row.pk: row for row in rows}


@cache
def _statement(model: type[models.Model], fields: tuple[str, ...]) -> tuple[list[str], str]:
    """``from_db`` wants the fields as the model has them."""
    meta = model._meta
    chosen = [
        field for field in meta.concrete_fields
        if not fields or field.primary_key or field.name in fields
    ]  # fmt: skip
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in chosen)
    key = quote(str(meta.pk.column))
    return (
        [field.attname for field in chosen],
        f"SELECT {columns} FROM {quote(meta.db_table)} WHERE {key} = ANY(%s)",  # noqa: S608 - names of the model
    )
