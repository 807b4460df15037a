"""Fill an empty database with a generated catalogue and its history."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from access.models import User
from catalog.models import Part
from demo.large import places
from demo.large.catalogue import Catalogue, CatalogueGenerator
from demo.large.history import LARGEST_REQUEST, HistoryGenerator
from demo.large.order_rows import OrderRows
from demo.large.orders import Order, OrderPlanner
from demo.large.places import Person
from demo.large.present import (
    ShortParts,
    count_documents,
    differences,
    propose,
    set_points,
    sum_on_order,
)
from demo.large.tables import (
    LOTS,
    MOVEMENTS,
    PURCHASING,
    RECEIPT_LINES,
    RECEIPTS,
    STOCKTAKE_LINES,
    STOCKTAKES,
    Row,
    Table,
    analyze,
    copy_into,
    unguarded,
    vacuum,
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
    orders: int = 0


class PurchasingDiffersError(Exception):
    """Orders, receipts and totals do not say the same: the generator is wrong."""


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
    days = WorkingDays(since, size.until)
    catalogue = _load_catalogue(size, since, rng, write)
    desks = _people(places.buyers())
    planner = OrderPlanner(
        plans=catalogue.plans,
        buyers=desks,
        orders=size.orders,
        until=min(0.99, 1 - 3 * LARGEST_REQUEST / size.movements),
        days=days,
        rng=rng,
    )
    rows = OrderRows(head=desks[0])
    deliveries = planner.plan()
    _load_orders(planner.past, planner, rows, write)
    history = HistoryGenerator(
        plans=catalogue.plans,
        shelves=catalogue.shelves,
        actors=_people(places.people()),
        movements=size.movements,
        deliveries=deliveries,
        days=days,
        rng=rng,
    )
    _load_history(history, size, write)
    _load_present(planner, rows, ShortParts(catalogue.plans, history.on_hand(), rng), write)
    write(f"  {propose(at=days.at(0.9999)):,} orders proposed for what is short")
    if found := differences():
        raise PurchasingDiffersError(found)
    write("  verifying the ledger")
    verification = verify_ledger(by=None)
    if not connection.in_atomic_block:
        vacuum()
    return verification


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
        with transaction.atomic(), unguarded(RECEIPTS, RECEIPT_LINES):
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


@transaction.atomic
def _load_orders(
    orders: list[Order], planner: OrderPlanner, rows: OrderRows, write: Callable[[str], object]
) -> None:
    """Orders as they stand in the end: their guards would let them begin as drafts only."""
    rows.add(orders)
    with unguarded(*rows.rows):
        for table, some in rows.rows.items():
            _copy_with_progress(table, some, write)
        rows.keep_identities()
        planner.keep_identities()
    analyze(*PURCHASING)


@transaction.atomic
def _load_present(
    planner: OrderPlanner, rows: OrderRows, short: ShortParts, write: Callable[[str], object]
) -> None:
    """What is on its way, and the points of what is not."""
    short.order(planner.present, planner)
    orders = [order for order in planner.present if order.lines]
    _load_orders(orders, planner, rows, write)
    set_points(short.points())
    sum_on_order()
    count_documents(planner)
    _analyze_history()


def _people(people: list[Person]) -> list[int]:
    """The people of the history. They cannot sign in: they have no password and no role."""
    for person in people:
        user, created = User.objects.get_or_create(
            username=person.username,
            defaults={"last_name": person.family_name, "first_name": person.given_name},
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
    names = [person.username for person in people]
    return list(
        User.objects.filter(username__in=names).order_by("username").values_list("pk", flat=True)
    )
