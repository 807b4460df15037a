"""What the audit log costs: movements a second with it, without its chain, and without it.

Several processes record receipts through the real service, each on a part of its own or all on
the same one. The three variants take turns, so that a busy machine is unfair to none of them.
"""

import statistics
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

from catalog.models import Category, Part
from demo.writers import spans_of
from stock import services
from stock.entries import Line
from stock.models import Location

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
    spans = spans_of([partial(_receiving, part, shelf) for part in parts], seconds)
    return len(spans) / seconds, spans


@contextmanager
def _receiving(part: Part, shelf: Location) -> Iterator[Callable[[], None]]:
    yield partial(_receive, part, shelf)
    connections.close_all()


def _receive(part: Part, shelf: Location) -> None:
    services.receive(
        lines=[Line(part=part, location=shelf, quantity=Decimal(1))],
        reason="measured",
        by=None,
        at=timezone.now(),
        key=uuid.uuid4(),
    )
