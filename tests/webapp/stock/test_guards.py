"""What was recorded stays: refused to the application by its rights, to the owner by triggers."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from catalog.models import Part
from stock.entries import Count
from stock.models import Location, StockLevel, StockMovement
from stock.models.ledger import AppendOnlyError
from stock.services import post_stocktake
from stock.verification import verify_ledger
from tests.webapp.database import as_owner, check_now, denied, refused_by
from tests.webapp.factories import PartFactory, issue, line

APPEND_ONLY = [
    "stock_stockmovement",
    "stock_stocktake",
    "stock_stocktakeline",
    "stock_ledgerverification",
]
INSERT_LEVEL = (
    "INSERT INTO stock_stocklevel (part_id, location_id, quantity) "
    "SELECT part_id, location_id, 5 FROM stock_stocklevel"
)
TOTALS = {
    "on_hand": "99",
    "on_order": "99",
    "last_cost": "99",
    "last_cost_currency": "'USD'",
    "last_cost_at": "now()",
}


@pytest.fixture(autouse=True)
def _a_row_in_every_table(motor: Part, shelf: Location) -> None:
    post_stocktake(
        location=shelf,
        counts=[Count(part=motor, expected=Decimal(10), counted=Decimal(9))],
        reason="yearly",
        by=None,
        at=timezone.now(),
        key=uuid.uuid4(),
    )
    verify_ledger(by=None)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
class TestAppendOnlyTable:
    @pytest.mark.parametrize(
        ("statement", "trigger"),
        [
            ("UPDATE {} SET id = id", "append_only"),
            ("DELETE FROM {}", "append_only"),
            ("TRUNCATE {} CASCADE", "no_truncate"),
        ],
    )
    def test_refuses_changes_by_anybody(self, table: str, statement: str, trigger: str) -> None:
        with denied():
            execute(statement.format(table))
        # A stocktake's rows are referenced by those of other tables that refuse just the same.
        with as_owner() as cursor:
            cursor.execute("SELECT count(*) FROM " + table)
            assert cursor.fetchone() != (0,)
        with refused_by(f"{table}_{trigger}"), as_owner() as cursor:
            cursor.execute(statement.format(table))


class TestMovementInPython:
    def test_refuses_to_be_saved(self) -> None:
        movement = StockMovement.objects.latest("pk")
        movement.quantity = Decimal(1)

        with pytest.raises(AppendOnlyError):
            movement.save()
        with pytest.raises(AppendOnlyError):
            StockMovement.objects.create(quantity=1)

    def test_refuses_to_be_deleted(self) -> None:
        with pytest.raises(AppendOnlyError):
            StockMovement.objects.latest("pk").delete()

    def test_refuses_changes_of_many(self) -> None:
        movements = list(StockMovement.objects.all())

        with pytest.raises(AppendOnlyError):
            StockMovement.objects.update(reason="")
        with pytest.raises(AppendOnlyError):
            StockMovement.objects.bulk_update(movements, ["reason"])
        with pytest.raises(AppendOnlyError):
            StockMovement.objects.all().delete()

    def test_cannot_be_overwritten_by_an_insert(self) -> None:
        old = StockMovement.objects.latest("pk")
        old.reason = "forged"

        with denied():
            StockMovement.objects.bulk_create(
                [old], update_conflicts=True, update_fields=["reason"], unique_fields=["id"]
            )


class TestLevel:
    @pytest.mark.parametrize(
        ("statement", "trigger"),
        [
            (INSERT_LEVEL, "only_by_ledger"),
            ("UPDATE stock_stocklevel SET quantity = 5", "only_by_ledger"),
            ("DELETE FROM stock_stocklevel", "only_by_ledger"),
            ("TRUNCATE stock_stocklevel", "no_truncate"),
        ],
    )
    def test_refuses_changes_by_anybody(self, statement: str, trigger: str) -> None:
        with denied():
            execute(statement)
        with refused_by(f"stock_stocklevel_{trigger}"), as_owner() as cursor:
            cursor.execute(statement)

    def test_refuses_changes_in_python(self) -> None:
        level = StockLevel.objects.get()
        level.quantity = Decimal(5)

        with denied():
            level.save()
        with denied():
            level.delete()
        with denied():
            StockLevel.objects.update(quantity=5)


class TestTotalsOfAPart:
    @pytest.mark.parametrize(("column", "value"), TOTALS.items())
    def test_refuse_changes_by_anybody(self, column: str, value: str) -> None:
        statement = f"UPDATE catalog_part SET {column} = {value}"

        with denied():
            execute(statement)
        with refused_by("catalog_part_totals_only_by_ledger"), as_owner() as cursor:
            cursor.execute(statement)

    def test_refuse_changes_in_python(self, motor: Part) -> None:
        motor.on_hand = Decimal(99)

        with denied():
            motor.save(update_fields=["on_hand"])
        with denied():
            Part.objects.update(on_hand=F("on_hand") + 1)

    def test_cannot_be_changed_from_within_a_trigger_of_ones_own(self) -> None:
        """The guard lets triggers through, and anybody may make temporary tables with them."""
        with denied():
            execute(
                """
                CREATE TEMP TABLE lever (id int);
                CREATE FUNCTION pg_temp.pull() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN UPDATE catalog_part SET on_hand = 99; RETURN NULL; END $$;
                CREATE TRIGGER pull AFTER INSERT ON lever
                    FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.pull();
                INSERT INTO lever VALUES (1);
                """
            )

    def test_start_at_nothing(self) -> None:
        with refused_by("catalog_part_starts_empty"):
            PartFactory.create(on_hand=5)
        with refused_by("catalog_part_starts_empty"):
            PartFactory.create(on_order=5)
        with refused_by("catalog_part_starts_empty"):
            PartFactory.create(last_cost=5, last_cost_currency="USD")

    def test_are_not_overwritten_by_saving_a_stale_copy(self, motor: Part, shelf: Location) -> None:
        stale = Part.objects.get(pk=motor.pk)
        issue(line(motor, shelf, 4))

        stale.name_en = "Motor 2207"
        stale.save()

        motor.refresh_from_db()
        assert (motor.name_en, motor.on_hand) == ("Motor 2207", Decimal(5))


class TestHistory:
    def test_keeps_what_it_names(self, motor: Part, shelf: Location) -> None:
        """Deleting past Django's protection is refused by the foreign keys."""

        def delete(table: str, pk: int) -> None:
            with as_owner() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])
                check_now(cursor)

        for table, pk in [("catalog_part", motor.pk), ("stock_location", shelf.pk)]:
            with pytest.raises(IntegrityError, match="foreign key"):
                delete(table, pk)
