"""Twelve motors on the shelf, to be re-ordered at ten and filled up to thirty."""

from collections.abc import Callable

import pytest

from catalog.models import Part, SupplierPart
from stock.models import Location
from tests.webapp.factories import issue, line, stocked

type Take = Callable[[int], None]


@pytest.fixture
def motors(motors: SupplierPart, shelf: Location) -> SupplierPart:
    Part.objects.filter(pk=motors.part_id).update(reorder_point=10, target_quantity=30)
    stocked(motors.part, shelf, 12)
    return motors


@pytest.fixture
def take(motors: SupplierPart, shelf: Location) -> Take:
    """``take(2)``: two motors are issued."""

    def issue_motors(quantity: int) -> None:
        issue(line(motors.part, shelf, quantity))

    return issue_motors
