"""What the audit log costs: movements a second with it, without its chain, and without it.

Several processes record receipts through the real service, each on a part of its own or all on
the same one. The three variants take turns, so that a busy machine is unfair to none of them.
"""

import statistics
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

from catalog.models import Category, Part
from stock import services
from stock.entries import Line
from stock.models import Location

_WARM_UP = 25  # movements of each writer that are not counted
_PATIENCE = 60  # seconds to wait for a writer beyond what it measures

# What each variant switches off: tables and their triggers.
VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "with the audit log": (),
    "without its chain": (("audit_auditentry", "audit_open_link"),),
    "without the audit log": (("stock_stockmovement", "audit_created"),),
}


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Of one variant: medians over the rounds."""

    variant: str
    same_part: bool
    a_second: float
    middle: float  # milliseconds, the median movement
    slow: float  # milliseconds, which 5 of 100 exceed


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database of its own beside the real one, which is gone afterwards.

    The log of a database whose triggers were off is not whole any more.
    """
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def measure(
    *,
    processes: int,
    seconds: float,
    rounds: int,
    variants: Mapping[str, tuple[tuple[str, str], ...]] = VARIANTS,
) -> Iterator[Speed]:
    """On distinct parts first, then on one; needs the owner of an empty database."""
    shelf = Location.objects.create(name_en="Shelf")
    category = Category.objects.create(name_en="Measured")
    parts = [
        Part.objects.create(number=f"M-{number}", name_en="Measured", category=category)
        for number in range(processes)
    ]
    for same_part in (False, True):
        chosen = [parts[0]] * processes if same_part else parts
        taken: dict[str, list[tuple[float, list[float]]]] = {name: [] for name in variants}
        for _round in range(rounds):
            for variant, triggers in variants.items():
                with _without(triggers):
                    taken[variant].append(_run(chosen, shelf, seconds))
        for variant, runs in taken.items():
            times = sorted(span for _rate, spans in runs for span in spans)
            yield Speed(
                variant=variant,
                same_part=same_part,
                a_second=statistics.median(rate for rate, _spans in runs),
                middle=statistics.median(times) * 1000,
                slow=times[int(len(times) * 0.95)] * 1000,
            )


@contextmanager
def _without(triggers: tuple[tuple[str, str], ...]) -> Iterator[None]:
    _switch(triggers, "DISABLE")
    try:
        yield
    finally:
        _switch(triggers, "ENABLE")


def _switch(triggers: tuple[tuple[str, str], ...], what: str) -> None:
    with connection.cursor() as cursor:
        for table, trigger in triggers:
            cursor.execute(
                sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
                    sql.Identifier(table), sql.SQL(what), sql.Identifier(trigger)
                )
            )


def _run(parts: list[Part], shelf: Location, seconds: float) -> tuple[float, list[float]]:
    """Movements a second of all processes together, and the seconds that each movement took."""
    connections.close_all()  # a connection cannot be shared with a process that is forked
    context = get_context("fork")
    results: Queue[list[float]] = context.Queue()
    ready = context.Barrier(len(parts), timeout=_PATIENCE)
    workers = [
        context.Process(target=_record, args=(part, shelf, seconds, ready, results))
        for part in parts
    ]
    for worker in workers:
        worker.start()
    spans = [span for _worker in workers for span in results.get(timeout=seconds + _PATIENCE)]
    for worker in workers:
        worker.join()
    return len(spans) / seconds, spans


def _record(
    part: Part, shelf: Location, seconds: float, ready: Barrier, results: "Queue[list[float]]"
) -> None:
    """Counts what was committed within the seconds, which begin when all writers are warm.

    The first movements of a connection find no statement of the triggers planned.
    """
    spans = []
    for _movement in range(_WARM_UP):
        _receive(part, shelf)
    ready.wait()
    end = time.monotonic() + seconds
    while (begun := time.monotonic()) < end:
        _receive(part, shelf)
        if (now := time.monotonic()) < end:
            spans.append(now - begun)
    connections.close_all()
    results.put(spans)


def _receive(part: Part, shelf: Location) -> None:
    services.receive(
        lines=[Line(part=part, location=shelf, quantity=Decimal(1))],
        reason="measured",
        by=None,
        at=timezone.now(),
        key=uuid.uuid4(),
    )
