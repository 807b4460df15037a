"""Fill an empty database with a generated catalogue and its history."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from access.models import User
from catalog.models import Part
from demo.large.catalogue import Catalogue, CatalogueGenerator
from demo.large.history import HistoryGenerator
from demo.large.places import people
from demo.large.tables import (
    LOTS,
    MOVEMENTS,
    STOCKTAKE_LINES,
    STOCKTAKES,
    Row,
    Table,
    analyze,
    copy_into,
)
from demo.large.working_days import WorkingDays
from demo.progress import Progress
from stock.models import LedgerVerification, StockLevel
from stock.verification import verify_ledger

YEARS = 3
BATCH = 50_000
"""Movements in one COPY. Smaller ones change the same parts and levels over and over."""


class NotEmptyError(Exception):
    """The database has parts already."""


class NotOwnerError(Exception):
    """Only the owner of the tables may record movements of the past."""


@dataclass(frozen=True, kw_only=True)
class LargeSize:
    """How much to generate. Equal values give equal data, whatever the batch."""

    parts: int
    movements: int
    seed: int
    until: date
    batch: int = BATCH


def generate_large(size: LargeSize, *, write: Callable[[str], object]) -> LedgerVerification:
    """Generate, load and verify; each batch is committed on its own.

    :raises NotEmptyError: if there are parts already
    :raises NotOwnerError: if the database's user does not own the ledger
    """
    _require_owner()
    if Part.objects.exists():
        raise NotEmptyError
    rng = random.Random(size.seed)  # noqa: S311 - repeatable data, no secret
    since = size.until - timedelta(days=365 * YEARS)
    catalogue = _load_catalogue(size, since, rng, write)
    history = HistoryGenerator(
        plans=catalogue.plans,
        shelves=catalogue.shelves,
        actors=_actors(),
        movements=size.movements,
        days=WorkingDays(since, size.until),
        rng=rng,
    )
    _load_history(history, size, write)
    write("  verifying the ledger")
    return verify_ledger(by=None)


def _require_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class "
            "WHERE oid = 'stock_stockmovement'::regclass"
        )
        if not cursor.fetchone()[0]:
            raise NotOwnerError


@transaction.atomic
def _load_catalogue(
    size: LargeSize, since: date, rng: random.Random, write: Callable[[str], object]
) -> Catalogue:
    opening = datetime.combine(since, time(6), timezone.get_default_timezone())
    generator = CatalogueGenerator(parts=size.parts, since=opening, rng=rng)
    catalogue = generator.generate()
    for table, rows in catalogue.rows.items():
        _copy_with_progress(table, rows, write)
    generator.keep_identities()
    analyze(*catalogue.rows)
    return catalogue


def _copy_with_progress(table: Table, rows: list[Row], write: Callable[[str], object]) -> None:
    progress = Progress(table.name, len(rows), write)
    copy_into(table, progress.each(rows))
    progress.finish()


def _load_history(
    history: HistoryGenerator, size: LargeSize, write: Callable[[str], object]
) -> None:
    progress = Progress("movements", size.movements, write)
    analyzed, loaded = 1, 0
    for batch in history.batches(size.batch):
        with transaction.atomic():
            for table, rows in batch.items():
                if rows:
                    copy_into(table, rows)
            history.keep_identities()
        loaded += len(batch[MOVEMENTS])
        if loaded >= analyzed * 2:  # the trigger keeps plans that were made for empty tables
            analyzed = loaded
            _analyze_history()
        progress.add(len(batch[MOVEMENTS]))
    _analyze_history()
    progress.finish()


def _analyze_history() -> None:
    levels = Table(StockLevel._meta.db_table, ())
    parts = Table(Part._meta.db_table, ())
    analyze(LOTS, STOCKTAKES, STOCKTAKE_LINES, MOVEMENTS, levels, parts)


def _actors() -> list[int]:
    """The people of the history. They cannot sign in: they have no password and no role."""
    for person in people():
        user, created = User.objects.get_or_create(
            username=person.username,
            defaults={"last_name": person.family_name, "first_name": person.given_name},
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
    names = [person.username for person in people()]
    return list(
        User.objects.filter(username__in=names).order_by("username").values_list("pk", flat=True)
    )
