"""What the database accepts as a movement, whoever writes it. Each rule is broken by its name."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from catalog.models import Part, Tracking
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake, StocktakeLine
from stock.models.ledger import Kind
from tests.webapp.database import as_owner, refused_by
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    level,
    line,
    receive,
    stocked,
)


def movement(part: Part, location: Location, quantity: int | str, **values: Any) -> StockMovement:
    """A movement past the services, as a mistaken programmer or psql might write it."""
    defaults: dict[str, Any] = {
        "kind": Kind.RECEIPT if Decimal(quantity) > 0 else Kind.ISSUE,
        "occurred_at": timezone.now(),
        "idempotency_key": uuid.uuid4(),
        "line": 1,
    }
    return StockMovement(
        part=part, location=location, quantity=Decimal(quantity), **{**defaults, **values}
    )


def write(*movements: StockMovement) -> list[StockMovement]:
    return list(StockMovement.objects.bulk_create(movements))


class TestMovement:
    def test_changes_the_level_and_the_total(self, shelf: Location) -> None:
        wire = stocked(PartFactory.create(unit="m"), shelf, 10)

        write(movement(wire, shelf, "2.5"), movement(wire, shelf, -4))

        wire.refresh_from_db()
        assert level(wire, shelf) == wire.on_hand == Decimal("8.5")

    def test_finds_the_levels_that_are_there_and_makes_the_others(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        """Of one statement: a level that goes down, a new one of two rows, one of two lots."""
        lot = Lot.objects.create(part=motor, code="L1")

        write(
            movement(motor, shelf, -4),
            movement(motor, bench, 2),
            movement(motor, bench, 3),
            movement(motor, bench, 7, lot=lot),
            movement(motor, bench, -1, lot=lot),
        )

        levels = StockLevel.objects.filter(part=motor).order_by("quantity", "location__name_en")
        assert [(of.location, of.lot, of.quantity) for of in levels] == [
            (bench, None, Decimal(5)),
            (bench, lot, Decimal(6)),
            (shelf, None, Decimal(6)),
        ]

    def test_of_no_rows_does_nothing(self, motor: Part) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO stock_stockmovement (kind, part_id, location_id, quantity, currency, "
                "reason, occurred_at, idempotency_key, line) SELECT kind, part_id, location_id, "
                "quantity, currency, reason, occurred_at, idempotency_key, 2 "
                "FROM stock_stockmovement WHERE false"
            )

        motor.refresh_from_db()
        assert motor.on_hand == 10

    def test_of_half_a_piece_is_refused(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_whole_pieces"):
            write(movement(motor, shelf, "0.5"))

    def test_of_nothing_is_refused(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_not_zero"):
            write(movement(motor, shelf, 0, kind=Kind.STOCKTAKE))

    def test_of_an_unknown_kind_is_refused(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_kind_known"):
            write(movement(motor, shelf, 1, kind="gift"))

    def test_of_receipt_adds(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_receipt_adds"):
            write(movement(motor, shelf, -1, kind=Kind.RECEIPT))

    def test_of_issue_takes(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_issue_takes"):
            write(movement(motor, shelf, 1, kind=Kind.ISSUE))

    def test_cannot_take_more_than_is_there(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_level_not_negative"):
            write(movement(motor, shelf, -11))

    def test_cannot_take_from_another_location(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        with refused_by("stock_level_not_negative"):
            write(movement(motor, bench, -1))

    def test_has_its_place_in_one_request_only(self, motor: Part, shelf: Location) -> None:
        key = uuid.uuid4()
        write(movement(motor, shelf, 1, idempotency_key=key))

        with refused_by("stock_movement_idempotency_key"):
            write(movement(motor, shelf, 1, idempotency_key=key))

    @pytest.mark.parametrize(("cost", "currency"), [("1", ""), ("-1", "JPY")])
    def test_with_a_cost_names_the_currency(
        self, motor: Part, shelf: Location, cost: str, currency: str
    ) -> None:
        with refused_by("stock_movement_cost_has_currency"):
            write(movement(motor, shelf, 1, unit_cost=Decimal(cost), currency=currency))


class TestTimes:
    def test_of_recording_is_the_databases(self, motor: Part) -> None:
        recorded = motor.movements.get().posted_at

        assert abs(timezone.now() - recorded) < timedelta(minutes=1)

    def test_of_recording_cannot_be_given_by_the_application(
        self, motor: Part, shelf: Location
    ) -> None:
        yesterday = timezone.now() - timedelta(days=1)

        with refused_by("stock_movement_posted_now"):
            write(movement(motor, shelf, 1, occurred_at=yesterday, posted_at=yesterday))
        with refused_by("stock_stocktake_posted_now"):
            Stocktake.objects.create(
                location=shelf,
                occurred_at=yesterday,
                posted_at=yesterday,
                idempotency_key=uuid.uuid4(),
            )

    def test_of_recording_can_be_given_by_the_owner_who_loads_history(
        self, motor: Part, shelf: Location
    ) -> None:
        before = datetime(2020, 1, 1, tzinfo=UTC)

        with as_owner():
            write(movement(motor, shelf, 1, occurred_at=before, posted_at=before))

        assert motor.movements.latest("pk").posted_at == before

    def test_of_happening_is_not_in_the_future(self, motor: Part, shelf: Location) -> None:
        write(movement(motor, shelf, 1, occurred_at=timezone.now() + timedelta(minutes=4)))

        with refused_by("stock_movement_not_in_future"):
            write(movement(motor, shelf, 1, occurred_at=timezone.now() + timedelta(minutes=6)))


class TestTransfer:
    def test_puts_in_what_it_takes_out(self, motor: Part, shelf: Location, bench: Location) -> None:
        request = {"kind": Kind.TRANSFER, "idempotency_key": uuid.uuid4()}

        with refused_by("stock_movement_transfer_balanced"):
            write(movement(motor, shelf, -3, **request))
        with refused_by("stock_movement_transfer_balanced"):
            write(
                movement(motor, shelf, -3, **request),
                movement(motor, bench, 2, line=2, **request),
            )

    def test_does_not_change_one_part_or_lot_into_another(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        request = {"kind": Kind.TRANSFER, "idempotency_key": uuid.uuid4()}
        lot = Lot.objects.create(part=motor, code="L1")

        with refused_by("stock_movement_transfer_balanced"):
            write(
                movement(motor, shelf, -3, **request),
                movement(PartFactory.create(), bench, 3, line=2, **request),
            )
        with refused_by("stock_movement_transfer_balanced"):
            write(
                movement(motor, shelf, -3, **request),
                movement(motor, bench, 3, lot=lot, line=2, **request),
            )

    def test_is_reversed_on_both_sides(self, motor: Part, shelf: Location, bench: Location) -> None:
        request = {"kind": Kind.TRANSFER, "idempotency_key": uuid.uuid4()}
        out, into = write(
            movement(motor, shelf, -3, **request), movement(motor, bench, 3, line=2, **request)
        )

        with refused_by("stock_movement_transfer_reversed_whole"):
            write(movement(motor, bench, -3, kind=Kind.CORRECTION, reverses=into))
        with refused_by("stock_movement_transfer_reversed_whole"):
            write(movement(motor, shelf, 3, kind=Kind.CORRECTION, reverses=out))


class TestCorrection:
    @pytest.fixture
    def receipt(self, motor: Part) -> StockMovement:
        return motor.movements.get()

    def test_names_what_it_reverses(self, motor: Part, shelf: Location) -> None:
        with refused_by("stock_movement_correction_reverses"):
            write(movement(motor, shelf, -1, kind=Kind.CORRECTION))

    def test_is_the_only_kind_that_reverses(
        self, motor: Part, shelf: Location, receipt: StockMovement
    ) -> None:
        with refused_by("stock_movement_correction_reverses"):
            write(movement(motor, shelf, -10, kind=Kind.ISSUE, reverses=receipt))

    @pytest.mark.parametrize("difference", ["quantity", "location", "part", "lot"])
    def test_mirrors_what_it_reverses(
        self,
        difference: str,
        motor: Part,
        shelf: Location,
        bench: Location,
        receipt: StockMovement,
    ) -> None:
        other: dict[str, Any] = {
            "quantity": Decimal(-9),
            "location": bench,
            "part": stocked(PartFactory.create(), shelf, 10),
            "lot": Lot.objects.create(part=motor, code="L1"),
        }
        correction = movement(motor, shelf, -10, kind=Kind.CORRECTION, reverses=receipt)
        setattr(correction, difference, other[difference])

        with refused_by("stock_movement_correction_mirrors"):
            write(correction)

    def test_happens_once(self, motor: Part, shelf: Location, receipt: StockMovement) -> None:
        stocked(motor, shelf, 10)
        correct(receipt)

        with refused_by("stock_stockmovement_reverses_id_key"):
            write(movement(motor, shelf, -10, kind=Kind.CORRECTION, reverses=receipt))

    def test_is_not_corrected(self, motor: Part, shelf: Location, receipt: StockMovement) -> None:
        correction = correct(receipt).movements[0]

        with refused_by("stock_movement_correction_mirrors"):
            write(movement(motor, shelf, 10, kind=Kind.CORRECTION, reverses=correction))


class TestLot:
    def test_belongs_to_the_part_that_moves(self, motor: Part, shelf: Location) -> None:
        lot = Lot.objects.create(part=PartFactory.create(), code="L1")

        with refused_by("stock_movement_lot_of_part"):
            write(movement(motor, shelf, 1, lot=lot))

    def test_belongs_to_the_part_that_is_counted(self, motor: Part, shelf: Location) -> None:
        lot = Lot.objects.create(part=PartFactory.create(), code="L1")
        stocktake = Stocktake.objects.create(
            location=shelf, occurred_at=timezone.now(), idempotency_key=uuid.uuid4()
        )

        with refused_by("stock_stocktakeline_lot_of_part"):
            StocktakeLine.objects.create(
                stocktake=stocktake, part=motor, lot=lot, expected=0, counted=0
            )

    def test_stays_with_its_part_once_it_moved(self, motor: Part, shelf: Location) -> None:
        receive(line(motor, shelf, 1, lot="L1"))

        with pytest.raises(IntegrityError, match="lot_of_part"), transaction.atomic():
            Lot.objects.update(part=PartFactory.create())

    def test_has_a_name(self, motor: Part) -> None:
        with refused_by("stock_lot_named"):
            Lot.objects.create(part=motor)

    def test_has_a_name_of_its_own(self, motor: Part) -> None:
        Lot.objects.create(part=motor, code="L1")
        Lot.objects.create(part=PartFactory.create(), code="L1")

        with refused_by("stock_lot_code_unique"):
            Lot.objects.create(part=motor, code="l1")

    def test_has_a_serial_number_of_its_own(self, motor: Part) -> None:
        Lot.objects.create(part=motor, code="L1", serial="S1")
        Lot.objects.create(part=motor, code="L1", serial="S2")

        with refused_by("stock_lot_serial_unique"):
            Lot.objects.create(part=motor, code="L2", serial="s1")

    @pytest.mark.parametrize("tracking", [Tracking.LOT, Tracking.SERIAL])
    def test_is_named_by_movements_of_a_tracked_part(self, tracking: str, shelf: Location) -> None:
        part = PartFactory.create(tracking=tracking)
        named = {Tracking.LOT: {"serial": "S1"}, Tracking.SERIAL: {"code": "L1"}}[
            Tracking(tracking)
        ]
        wrong = Lot.objects.create(part=part, **named)

        with refused_by("stock_movement_tracked"):
            write(movement(part, shelf, 1))
        with refused_by("stock_movement_tracked"):
            write(movement(part, shelf, 1, lot=wrong))

    def test_with_a_serial_number_is_one_item_in_one_place(
        self, motor: Part, shelf: Location, bench: Location
    ) -> None:
        item = Lot.objects.create(part=motor, serial="S1")
        wire = PartFactory.create(unit="m")
        drum = Lot.objects.create(part=wire, serial="D1")

        with refused_by("stock_movement_serial_single"):
            write(movement(motor, shelf, 2, lot=item))
        with refused_by("stock_movement_serial_single"):
            write(movement(wire, shelf, "0.5", lot=drum))
        write(movement(motor, shelf, 1, lot=item))
        with refused_by("stock_movement_serial_single"):
            write(movement(motor, bench, 1, lot=item))


class TestCounts:
    @pytest.fixture
    def stocktake(self, shelf: Location) -> Stocktake:
        return Stocktake.objects.create(
            location=shelf, occurred_at=timezone.now(), idempotency_key=uuid.uuid4()
        )

    def test_are_not_negative(self, stocktake: Stocktake, motor: Part) -> None:
        with refused_by("stock_stocktakeline_counted_not_negative"):
            StocktakeLine.objects.create(stocktake=stocktake, part=motor, expected=0, counted=-1)

    def test_are_one_for_each_part_and_lot(self, stocktake: Stocktake, motor: Part) -> None:
        StocktakeLine.objects.create(stocktake=stocktake, part=motor, expected=0, counted=1)

        with refused_by("stock_stocktakeline_once"):
            StocktakeLine.objects.create(stocktake=stocktake, part=motor, expected=0, counted=2)

    def test_of_one_request_are_recorded_once(self, stocktake: Stocktake) -> None:
        with refused_by("stock_stocktake_idempotency_key_key"):
            Stocktake.objects.create(
                location=stocktake.location,
                occurred_at=timezone.now(),
                idempotency_key=stocktake.idempotency_key,
            )


class TestLevels:
    def test_are_one_for_each_place_also_without_a_lot(self, motor: Part) -> None:
        with (
            refused_by("stock_level_unique"),
            as_owner() as cursor,
        ):
            cursor.execute("ALTER TABLE stock_stocklevel DISABLE TRIGGER USER")
            cursor.execute(
                "INSERT INTO stock_stocklevel (part_id, location_id, quantity) "
                "SELECT part_id, location_id, 0 FROM stock_stocklevel"
            )

    def test_stay_at_0_when_all_is_gone(self, motor: Part, shelf: Location) -> None:
        issue(line(motor, shelf, 10))

        assert StockLevel.objects.get().quantity == 0

    def test_of_many_parts_cost_one_statement(
        self, shelf: Location, django_assert_max_num_queries: Any
    ) -> None:
        parts = PartFactory.create_batch(30)

        with django_assert_max_num_queries(8):
            receive(*(line(part, shelf, 1) for part in parts))


class TestUnit:
    def test_stays_once_stock_was_recorded(self, motor: Part, shelf: Location) -> None:
        issue(line(motor, shelf, 10))

        with refused_by("catalog_part_unit_fixed"):
            Part.objects.filter(pk=motor.pk).update(unit="m")

    def test_can_change_before(self, db: None) -> None:
        part = PartFactory.create()

        Part.objects.filter(pk=part.pk).update(unit="m")


class TestTracking:
    def test_stays_while_stock_is_on_hand(self, motor: Part) -> None:
        with refused_by("catalog_part_tracking_fixed"):
            Part.objects.filter(pk=motor.pk).update(tracking="lot")

    def test_can_change_when_nothing_is_left(self, motor: Part, shelf: Location) -> None:
        issue(line(motor, shelf, 10))

        Part.objects.filter(pk=motor.pk).update(tracking="lot")


class TestHistory:
    def test_protects_what_it_names(self, motor: Part, shelf: Location, storekeeper: Any) -> None:
        receive(line(motor, shelf, 1, lot="L1"), by=storekeeper)

        for named in (motor, shelf, Lot.objects.get(), storekeeper):
            with pytest.raises(ProtectedError):
                named.delete()

    def test_does_not_protect_what_never_moved(self, db: None) -> None:
        PartFactory.create().delete()
        LocationFactory.create().delete()


def test_every_promise_of_the_ledger_has_its_constraint_or_trigger(db: None) -> None:
    """A new constraint of the stock is named here, and is broken in a test above or in others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u') "
            "AND conrelid::regclass::text LIKE 'stock_%' "
            "UNION SELECT indexname FROM pg_indexes WHERE tablename LIKE 'stock_%' "
            "AND indexdef LIKE 'CREATE UNIQUE%' AND indexname NOT LIKE '%_pkey'"
        )
        names = {row[0] for row in cursor.fetchall()}

    assert names == {
        "stock_ledgerverification_difference_count_check",  # Django's own, of a positive number
        "stock_level_not_negative",
        "stock_level_unique",
        "stock_location_has_name",
        "stock_location_name_without_slash",
        "stock_location_path_unique",
        "stock_lot_code_unique",
        "stock_lot_named",
        "stock_lot_of_part",
        "stock_lot_serial_unique",
        "stock_movement_correction_reverses",
        "stock_movement_cost_has_currency",
        "stock_movement_idempotency_key",
        "stock_movement_issue_takes",
        "stock_movement_kind_known",
        "stock_movement_not_in_future",
        "stock_movement_not_zero",
        "stock_movement_receipt_adds",
        "stock_stockmovement_line_check",  # Django's own, of a positive number
        "stock_stockmovement_reverses_id_key",
        "stock_stocktake_idempotency_key_key",
        "stock_stocktakeline_counted_not_negative",
        "stock_stocktakeline_once",
    }
