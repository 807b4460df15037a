"""Django's PostgreSQL, on which what every page asks is planned once a connection.

PostgreSQL takes longer to plan most statements of a page than to answer them. Django can have all
of them prepared or none. All would be wrong: for a search or a filter the best plan depends on what
is looked for, and PostgreSQL may settle on one that suits no value.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self, cast

from django.db import connection
from django.db.backends.postgresql import base, operations
from psycopg import Cursor


class PreparedCursor(Cursor[Any]):
    """Has each statement prepared the first time; psycopg keeps the last hundred of them."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Self:
        return super().execute(query, params, **{**kwargs, "prepare": True})


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """With its values, for who counts or explains the statements."""
        if isinstance(cursor, PreparedCursor):
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    prepares = False

    def get_connection_params(self) -> dict[str, Any]:
        """psycopg may prepare; those of Django's cursors that bind their values never do.

        What is read row by row, as by an export, is read to the last: PostgreSQL expects that only
        the first tenth will be, and reads a whole table in order to have the first rows soon.
        """
        params = super().get_connection_params()
        options = f"{params.get('options', '')} -c cursor_tuple_fraction=1".strip()
        return {**params, "prepare_threshold": 1, "options": options}

    def create_cursor(self, name: str | None = None) -> Any:
        if name or not self.prepares:
            return super().create_cursor(name)
        usual = self.connection.cursor_factory
        self.connection.cursor_factory = PreparedCursor
        try:
            return super().create_cursor()
        finally:
            self.connection.cursor_factory = usual


@contextmanager
def prepared() -> Iterator[None]:
    """What is asked inside is found by keys, or by nothing: its best plan is always the same."""
    wrapper = cast("DatabaseWrapper", connection)
    before = wrapper.prepares
    wrapper.prepares = True
    try:
        yield
    finally:
        wrapper.prepares = before
