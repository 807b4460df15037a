"""Movements a second: through the service, and the least that a ledger in SQL has to do.

The least: lock the level, insert the movement, change the level, commit. No lots, no totals, no
status, no key against repeats, no audit log, no re-order; and a client that does nothing else.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg
from django.db import connection, connections

from demo import measuring_movements

LOCK = "SELECT on_hand FROM bench_level WHERE part = %s FOR UPDATE"
INSERT = "INSERT INTO bench_movement (part, quantity) VALUES (%s, 1)"
UPDATE = "UPDATE bench_level SET on_hand = on_hand + 1 WHERE part = %s"
WARM_UP = 25  # movements of each writer that are not counted
PATIENCE = 60  # seconds to wait for a writer beyond what it measures
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
    connections.close_all()  # a connection cannot be shared with a process that is forked
    return statistics.median(_run(parts, parameters, seconds) for _round in range(rounds))


def _run(parts: Sequence[int], parameters: Mapping[str, Any], seconds: float) -> float:
    context = get_context("fork")
    counts: Queue[int] = context.Queue()
    ready = context.Barrier(len(parts), timeout=PATIENCE)
    workers = [
        context.Process(target=_write, args=(part, parameters, seconds, ready, counts))
        for part in parts
    ]
    for worker in workers:
        worker.start()
    written = sum(counts.get(timeout=seconds + PATIENCE) for _worker in workers)
    for worker in workers:
        worker.join()
    return written / seconds


def _write(
    part: int,
    parameters: Mapping[str, Any],
    seconds: float,
    ready: Barrier,
    counts: "Queue[int]",
) -> None:
    """Counts from when all writers are warm, as it is done for the service."""
    written = 0
    with psycopg.connect(**parameters) as writer:
        writer.autocommit = True
        for _movement in range(WARM_UP):
            _move(writer, part)
        ready.wait()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            _move(writer, part)
            written += 1
    counts.put(written)


def _move(writer: "psycopg.Connection[Any]", part: int) -> None:
    with writer.transaction():
        writer.execute(LOCK, [part])
        writer.execute(INSERT, [part])
        writer.execute(UPDATE, [part])
