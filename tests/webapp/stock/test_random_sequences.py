"""Whatever the services are asked, in whatever order: the books add up and nothing is negative."""

import contextlib
import uuid
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Part
from core.errors import BusinessError
from stock import services
from stock.entries import Count
from stock.models import Location, Lot, StockLevel, StockMovement
from stock.verification import verify_ledger
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    line,
    move,
    receive,
    transfer,
)

KEYS = [uuid.UUID(int=number) for number in range(4)]

quantities = st.one_of(
    st.integers(-1, 12).map(Decimal),
    st.decimals("0.000001", "3", places=6),
)
steps = st.tuples(
    st.sampled_from(["receive", "receive", "issue", "transfer", "count", "correct"]),
    st.integers(0, 2),  # which part
    st.integers(0, 1),  # which location
    st.sampled_from(["", "L1", "L2"]),
    st.sampled_from(["", "", "S1", "S2"]),
    quantities,
    st.sampled_from([None, None, None, *KEYS]),  # now and then a key of before
)


def take(step: tuple[object, ...], parts: list[Part], places: list[Location]) -> None:
    what, part_number, place_number, lot, serial, quantity, key = step
    part, here = parts[int(str(part_number))], places[int(str(place_number))]
    there = places[1 - int(str(place_number))]
    amount = Decimal(str(quantity))
    key = key if isinstance(key, uuid.UUID) else uuid.uuid4()
    entry = {"lot": str(lot), "serial": str(serial)}
    if what == "receive":
        receive(line(part, here, amount, **entry), line(part, there, 1, **entry), key=key)
    elif what == "issue":
        issue(line(part, here, amount, **entry), line(part, here, amount, **entry), key=key)
    elif what == "transfer":
        transfer(move(part, here, there, amount, **entry), key=key)
    elif what == "correct":
        movements = StockMovement.objects.filter(part=part)
        correct(*movements.order_by("pk")[int(abs(amount)) :][:1], key=key)
    else:
        lot_counted = Lot.objects.filter(part=part).order_by("pk").last()
        level = StockLevel.objects.filter(part=part, location=here, lot=lot_counted).first()
        services.post_stocktake(
            location=here,
            counts=[
                Count(
                    part=part,
                    lot=lot_counted,
                    expected=level.quantity if level else Decimal(0),
                    counted=amount,
                )
            ],
            reason="",
            by=None,
            at=timezone.now(),
            key=key,
        )


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sequence=st.lists(steps, max_size=25))
def test_any_sequence_of_entries_adds_up(sequence: list[tuple[object, ...]], db: None) -> None:
    """Only named errors, in words; the database never has to refuse."""
    with transaction.atomic():
        parts = [
            PartFactory.create(unit="m"),
            PartFactory.create(unit="m", tracking="lot"),
            PartFactory.create(tracking="serial"),
        ]
        places = LocationFactory.create_batch(2)

        for step in sequence:
            with contextlib.suppress(BusinessError):
                take(step, parts, places)

        sums: dict[tuple[int, int, int | None], Decimal] = defaultdict(Decimal)
        for movement in StockMovement.objects.all():
            sums[movement.part_id, movement.location_id, movement.lot_id] += movement.quantity
        levels = {
            (level.part_id, level.location_id, level.lot_id): level.quantity
            for level in StockLevel.objects.all()
        }
        assert levels == sums
        assert all(quantity >= 0 for quantity in levels.values())
        for part in parts:
            part.refresh_from_db()
            assert part.on_hand == sum(q for (pk, *_), q in levels.items() if pk == part.pk)
        assert verify_ledger(by=None).differences == []
        transaction.set_rollback(True)
