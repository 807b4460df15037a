"""One link a transaction, whoever writes at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from audit.models import AuditEntry, ChainLink
from audit.verification import verify_audit
from catalog.models import Category, Part
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    issue,
    line,
    stocked,
)
from tests.webapp.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def last() -> ChainLink:
    return ChainLink.objects.filter(position__isnull=False).latest("position")


def test_a_transaction_is_one_link() -> None:
    before = last().position or 0

    with transaction.atomic():
        CategoryFactory.create()
        with transaction.atomic():
            CategoryFactory.create()
        CategoryFactory.create()

    link = last()
    assert (link.position, link.entries) == (before + 1, 3)
    assert AuditEntry.objects.filter(batch=link.batch).count() == 3
    assert verify_audit().problems == []


def test_what_a_savepoint_takes_back_is_in_no_link() -> None:
    with transaction.atomic():
        with transaction.atomic():
            CategoryFactory.create(name_en="Gone")
            transaction.set_rollback(True)
        CategoryFactory.create(name_en="Stays")
        with transaction.atomic():
            CategoryFactory.create(name_en="Gone as well")
            transaction.set_rollback(True)

    assert last().entries == 1
    assert verify_audit().problems == []


def test_what_is_written_after_the_link_was_closed_makes_another() -> None:
    before = last().position or 0

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        CategoryFactory.create()
        CategoryFactory.create()

    assert last().position == before + 2
    assert verify_audit().problems == []


def test_a_link_binds_the_one_before_it() -> None:
    CategoryFactory.create()
    first = last()
    CategoryFactory.create()

    second = last()
    assert second.position == (first.position or 0) + 1
    assert bytes(second.previous or b"") == bytes(first.hash or b"")


def test_50_writers_at_once_keep_the_chain_whole() -> None:
    before = last().position or 0
    shelf = LocationFactory.create()
    parts = [stocked(PartFactory.create(), shelf, 100) for _ in range(5)]
    begun = last().position or 0
    assert begun > before

    def write(number: int) -> Callable[[], None]:
        def run() -> None:
            for step in range(4):
                if number % 2:
                    issue(line(parts[(number + step) % 5], shelf, 1))
                else:
                    with transaction.atomic():
                        Category.objects.create(name_en=f"C {number}-{step}")
                        Part.objects.filter(pk=parts[number % 5].pk).update(
                            name_en=f"{number}-{step}"
                        )

        return run

    outcome = at_once([write(number) for number in range(50)])

    assert outcome.errors == []
    assert (last().position or 0) - begun == 200
    report = verify_audit()
    assert report.problems == []
    assert report.links == last().position


def test_a_long_transaction_holds_up_nobody() -> None:
    category = CategoryFactory.create()
    written, let_go = threading.Event(), threading.Event()
    seen: list[int] = []

    def long_one() -> None:
        with transaction.atomic():
            PartFactory.create(name_en="Long", category=category)
            written.set()
            assert let_go.wait(30)

    def short_one() -> None:
        assert written.wait(30)
        PartFactory.create(name_en="Short", category=category)
        seen.append(ChainLink.objects.count())
        let_go.set()

    outcome = at_once([long_one, short_one])

    assert outcome.errors == []
    assert seen != []
    short, long = (
        ChainLink.objects.get(
            batch=AuditEntry.objects.get(after__name_en=name, kind="created").batch
        ).position
        or 0
        for name in ("Short", "Long")
    )
    assert short < long
    assert verify_audit().problems == []


def test_a_foreign_key_checked_at_the_end_waits_without_the_chain() -> None:
    """Otherwise the two would wait in a circle: one for the part, the other for the chain."""
    part, supplier = PartFactory.create(), SupplierFactory.create()
    locked, inserted = threading.Event(), threading.Event()

    def locks_the_part() -> None:
        with transaction.atomic():
            Part.objects.select_for_update().get(pk=part.pk)
            CategoryFactory.create()
            locked.set()
            assert inserted.wait(30)
            _wait_until_somebody_waits_for_a_row()

    def points_to_the_part() -> None:
        assert locked.wait(30)
        with transaction.atomic():
            LocationFactory.create()  # the link is opened before the foreign key is checked:
            # at the commit, where it waits for the part.
            SupplierPartFactory.create(part=part, supplier=supplier)
            inserted.set()

    outcome = at_once([locks_the_part, points_to_the_part], timeout=40)

    assert outcome.errors == []
    assert verify_audit().problems == []


def _wait_until_somebody_waits_for_a_row() -> None:
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waits")
