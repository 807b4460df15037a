"""The catalogue changes while stock moves: nobody waits in a circle, and nothing is left over."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import ProtectedError

from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import OrderLine, ReorderProposal
from purchasing.reorder import catalogue
from purchasing.reorder.evaluation import Changes
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    issue,
    line,
    stocked,
)
from tests.webapp.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PARTS = 8

type Call = Callable[[], object]


@pytest.fixture
def parts(shelf: Location) -> list[Part]:
    """One above their reorder point, all sold by one supplier."""
    supplier = SupplierFactory.create()
    made = [stocked(PartFactory.create(reorder_point=10), shelf, 11) for _ in range(PARTS)]
    for part in made:
        SupplierPartFactory.create(part=part, supplier=supplier)
    return made


@transaction.atomic
def turn(supplier: Supplier, *, active: bool) -> Changes:
    """As the admin does."""
    Supplier.objects.filter(pk=supplier.pk).update(active=active)
    return catalogue.after_change_of_supplier(supplier)


def issues_of(parts: list[Part], shelf: Location) -> list[Call]:
    """One of each, at which it falls to its reorder point."""
    return [partial(issue, line(part, shelf, 1)) for part in parts]


def delete(offer: SupplierPart) -> None:
    with catalogue.while_deleting([offer.part_id]):
        offer.delete()


@pytest.mark.parametrize("run", range(4))
def test_nothing_is_proposed_of_a_supplier_that_becomes_inactive(
    run: int, parts: list[Part], shelf: Location
) -> None:
    supplier = Supplier.objects.get()

    calls: list[Call] = [*issues_of(parts, shelf), partial(turn, supplier, active=False)]
    at_once(calls).only_raised()

    assert not ReorderProposal.objects.filter(state="open").exists()
    assert not OrderLine.objects.exists()


def test_a_part_that_has_enough_waits_as_well(parts: list[Part], shelf: Location) -> None:
    """It could fall short before the supplier's change is there for others to see."""

    def impatient() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            issue(line(parts[0], shelf, 1))

    with transaction.atomic():
        turn(Supplier.objects.get(), active=False)
        outcome = at_once([impatient])

    [error] = outcome.only_raised(OperationalError).errors
    assert "lock timeout" in str(error)


@pytest.mark.parametrize("run", range(4))
def test_everything_short_is_proposed_of_one_that_becomes_active(
    run: int, parts: list[Part], shelf: Location
) -> None:
    supplier = Supplier.objects.get()
    turn(supplier, active=False)

    calls: list[Call] = [*issues_of(parts, shelf), partial(turn, supplier, active=True)]
    at_once(calls).only_raised()

    assert ReorderProposal.objects.filter(state="open").count() == PARTS
    assert OrderLine.objects.count() == PARTS


@pytest.mark.parametrize("run", range(4))
def test_a_supplier_part_is_deleted_or_proposed(
    run: int, parts: list[Part], shelf: Location
) -> None:
    """Whoever comes second sees what the first has done."""
    deletions: list[Call] = [partial(delete, offer) for offer in SupplierPart.objects.all()]

    at_once([*issues_of(parts, shelf), *deletions]).only_raised(ProtectedError, IntegrityError)

    assert not Part.objects.exclude(on_hand=10).exists()
    sold = set(SupplierPart.objects.values_list("part_id", flat=True))
    assert set(ReorderProposal.objects.values_list("part_id", flat=True)) == sold
