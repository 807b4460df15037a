"""Movements a second: through the service, and the least that a ledger in SQL has to do.

The least: lock the level, insert the movement, change the level, commit. No lots, no totals, no
status, no key against repeats, no audit log, no re-order; and a client that does nothing else.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from django.db import connection

from demo import measuring_movements
from demo.writers import spans_of

LOCK = "SELECT on_hand FROM bench_level WHERE part = %s FOR UPDATE"
INSERT = "INSERT INTO bench_movement (part, quantity) VALUES (%s, 1)"
UPDATE = "UPDATE bench_level SET on_hand = on_hand + 1 WHERE part = %s"
# The service as it is: no trigger is switched off.
SERVICE: dict[str, tuple[tuple[str, str], ...]] = {"service": ()}


def measure(*, processes: int, seconds: float, rounds: int) -> dict[str, dict[str, float]]:
    """By kind of row, then by who writes; works in a database of its own."""
    found: dict[str, dict[str, float]] = {"a part each": {}, "one part": {}}
    with measuring_movements.scratch_database():
        for speed in measuring_movements.measure(
            processes=processes, seconds=seconds, rounds=rounds, variants=SERVICE
        ):
            found[_kind(same=speed.same_part)][speed.variant] = speed.a_second
        for same in (False, True):
            parts = [0] * processes if same else range(processes)
            found[_kind(same=same)]["raw"] = _raw(parts, seconds, rounds)
    return found


def _kind(*, same: bool) -> str:
    return "one part" if same else "a part each"


def _raw(parts: Sequence[int], seconds: float, rounds: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_level, bench_movement")
        cursor.execute("CREATE TABLE bench_level (part int PRIMARY KEY, on_hand numeric NOT NULL)")
        cursor.execute(
            "CREATE TABLE bench_movement (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "part int NOT NULL, quantity numeric NOT NULL, at timestamptz NOT NULL DEFAULT now())"
        )
        cursor.executemany(
            "INSERT INTO bench_level VALUES (%s, 0)", [(part,) for part in set(parts)]
        )
    parameters = connection.get_connection_params()
    return statistics.median(_run(parts, parameters, seconds) for _round in range(rounds))


def _run(parts: Sequence[int], parameters: Mapping[str, Any], seconds: float) -> float:
    return len(spans_of([partial(_moving, part, parameters) for part in parts], seconds)) / seconds


@contextmanager
def _moving(part: int, parameters: Mapping[str, Any]) -> Iterator[Callable[[], None]]:
    with psycopg.connect(**parameters) as writer:
        writer.autocommit = True
        yield partial(_move, writer, part)


def _move(writer: "psycopg.Connection[Any]", part: int) -> None:
    with writer.transaction():
        writer.execute(LOCK, [part])
        writer.execute(INSERT, [part])
        writer.execute(UPDATE, [part])
