"""The limits of the machine: what the pages are made of, each done alone.

Each round does each of them a number of times and keeps the mean of these; the median over the
rounds is shown.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.contrib.auth.hashers import make_password
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.template import engines

from catalog.models import Part
from demo.bench.asking import Person, UnexpectedAnswerError, ask
from demo.bench.plain import handlers
from demo.bench.plain.urls import FIXED

ROWS = 100
TABLE_ROWS, TABLE_CELLS = 50, 8
TABLE = (
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
)


@dataclass(frozen=True)
class Limit:
    """Something small, done so many times at once that a clock can tell."""

    name: str
    times: int
    do: Callable[[], object]

    def measure(self) -> dict[str, float]:
        """Milliseconds of one."""
        cpu, wall = time.thread_time(), time.perf_counter()
        for _time in range(self.times):
            self.do()
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        return {"cpu": cpu * 1000 / self.times, "wall": wall * 1000 / self.times}


def limits(asking: str) -> Iterator[Limit]:
    """`asking`: the account that asks for the fixed answer, where somebody is signed in."""
    size = f"{len(FIXED) // 1000} kB"
    yield Limit(
        f"a fixed answer of {size}, no middleware", 20, _fixed(handlers.without_middleware(), "")
    )
    yield Limit(
        "the same through all of ours, signed in",
        10,
        _fixed(handlers.with_our_middleware(), asking),
    )
    yield Limit(
        f"a template of {TABLE_ROWS} × {TABLE_CELLS} cells", 5, _table_of(TABLE_ROWS, TABLE_CELLS)
    )
    yield Limit("SELECT 1", 50, lambda: _fetch("SELECT 1", ()))
    yield Limit("connect, SELECT 1", 3, _connect)
    some = Part.objects.filter(pk__gt=0).order_by("pk")[:ROWS]
    sql, parameters = some.query.sql_with_params()
    yield Limit(f"SELECT of {ROWS} parts by index", 10, lambda: _fetch(sql, parameters))
    yield Limit("the same as objects", 10, lambda: list(some.all()))
    yield Limit("the hash of a password", 1, lambda: make_password("a password to measure"))


def _fixed(handler: WSGIHandler, asking: str) -> Callable[[], object]:
    """Without what it costs to make up a request."""
    environ = Person(handler, asking).requests.get("/fixed/").environ
    if ask(handler, dict(environ)).content != FIXED:
        raise UnexpectedAnswerError("The fixed answer is another one.")
    return lambda: ask(handler, dict(environ))


def _fetch(sql: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def _connect() -> None:
    """Past any pool."""
    with psycopg.connect(**connection.get_connection_params()) as made:
        made.execute("SELECT 1").fetchall()


def _table_of(rows: int, cells: int) -> Callable[[], str]:
    template = engines["django"].from_string(TABLE)
    content = {"rows": [[f"cell {row} {cell}" for cell in range(cells)] for row in range(rows)]}
    return lambda: template.render(content)
