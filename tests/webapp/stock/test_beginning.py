"""How a recording begins: what it knows then, and how little it has to ask."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Part, SupplierPart
from stock.beginning import begin
from stock.models import Location, StockMovement
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    issue,
    line,
    receive,
    stocked,
)


class TestBegin:
    def test_knows_the_parts_as_they_are_now(self, motor: Part, shelf: Location) -> None:
        Part.objects.filter(pk=motor.pk).update(active=False, reorder_point=3)

        [part] = begin(uuid.uuid4(), {motor.pk}).parts.values()

        assert (part, part.number, part.name) == (motor, motor.number, motor.name)
        assert not part.active
        assert (part.on_hand, part.reorder_point) == (Decimal(10), Decimal(3))
        assert part.search_text == motor.search_text  # loaded when somebody wants it

    def test_leaves_out_a_part_that_is_gone(self, motor: Part) -> None:
        gone = PartFactory.create()
        gone_id = gone.pk
        gone.delete()

        assert set(begin(uuid.uuid4(), {motor.pk, gone_id}).parts) == {motor.pk}

    def test_knows_whether_its_key_was_used(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        receive(line(motor, shelf, 1), key=key)

        assert begin(key, {motor.pk}).recorded
        assert not begin(uuid.uuid4(), {motor.pk}).recorded

    def test_knows_the_open_proposals(self, motor: Part, shelf: Location) -> None:
        short = stocked(PartFactory.create(reorder_point=5), shelf, 6)
        SupplierPartFactory.create(part=short)
        issue(line(short, shelf, 1))

        assert begin(uuid.uuid4(), {motor.pk, short.pk}).proposed == {short.pk}


class TestRecording:
    @pytest.mark.parametrize(("book", "asked"), [(receive, 2), (issue, 3)])
    def test_of_a_part_with_enough_asks_little(
        self, motor: Part, shelf: Location, book: Callable[..., object], asked: int
    ) -> None:
        """It begins, looks at what can be taken, and writes; what a movement does to stock is
        the database's own work."""
        with CaptureQueriesContext(connection) as queries:
            book(line(motor, shelf, 1))

        said = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert len(said) == asked, said

    def test_gives_the_movements_as_the_database_has_them(
        self, motor: Part, shelf: Location
    ) -> None:
        wire = PartFactory.create(unit="m")
        posting = receive(
            line(motor, shelf, 2, unit_cost=Decimal("1.5"), currency="JPY"),
            line(wire, shelf, "0.125", lot="L1"),
        )

        for given in posting.movements:
            stored = StockMovement.objects.get(pk=given.pk)
            for field in StockMovement._meta.concrete_fields:
                assert getattr(given, field.attname) == getattr(stored, field.attname), field.name
            assert not given._state.adding


class TestPartInOneStatement:
    def test_looks_at_the_reorder_point_after_all_lines(
        self, motors: SupplierPart, shelf: Location
    ) -> None:
        """Each line alone leaves enough; together they fall short."""
        issue(line(motors.part, shelf, 3), line(motors.part, shelf, 2))

        assert motors.part.reorder_proposals.filter(state="open").exists()

    @pytest.fixture
    def motors(self, motor: Part) -> SupplierPart:
        Part.objects.filter(pk=motor.pk).update(reorder_point=5)
        return SupplierPartFactory.create(part=motor)
