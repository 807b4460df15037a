"""Counted stock: added up by place, recorded as the difference to the books."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from catalog.models import Part
from stock.errors import CountOutdatedError
from stock.models import Location, Lot, StockLevel, StockMovement, Stocktake
from stock.opening import Cost, OpeningCount, post_opening_stock
from stock.verification import find_differences
from tests.webapp.exchange.conftest import Importer, places, problems
from tests.webapp.factories import level, line, receive, stocked

HEADER = "part_number,location_path,batch,serial,quantity,unit_price,currency\n"


def part(number: str) -> Part:
    return Part.objects.get(number=number)


def shelf(name: str = "Shelf A") -> Location:
    return Location.objects.get(path=f"Store/{name}")


@pytest.mark.usefixtures("catalogue")
class TestImport:
    def test_adds_up_the_rows_of_a_place(self, import_text: Importer) -> None:
        plan = import_text(
            "opening_stock", HEADER + "MT-1,倉庫/棚A,,,440,,\nMT-1,Store/Shelf A,,,610,,\n"
        )

        assert (plan.created, len(plan.changes)) == (2, 1)
        [movement] = StockMovement.objects.all()
        assert (movement.kind, movement.quantity) == ("stocktake", Decimal(1050))
        assert part("MT-1").on_hand == 1050
        [stocktake] = Stocktake.objects.all()
        [counted] = stocktake.lines.all()
        assert (counted.expected, counted.counted) == (Decimal(0), Decimal(1050))

    def test_refuses_half_a_piece_at_its_row(self, plan_of: Importer) -> None:
        plan = plan_of(
            "opening_stock",
            HEADER + "MT-1,Store,,,0.5,,\nMT-1,Store/Shelf A,,,10.5,,\n"
            "MT-1,Store/Shelf A,,,0.5,,\n",
        )

        [problem] = problems(plan)
        assert (problem.row, problem.column, problem.found) == (2, "quantity", "0.5")
        assert problem.expected == "a whole number of pcs"

    def test_keeps_each_price_of_a_first_count(self, import_text: Importer) -> None:
        import_text(
            "opening_stock",
            HEADER + "MT-1,Store,,,10,1.1,EUR\nMT-1,Store,,,5,2.3,EUR\nMT-1,Store,,,1,1.1,EUR\n"
            "MT-1,Store,,,2,,\n",
        )

        recorded = StockMovement.objects.order_by("line").values_list(
            "quantity", "unit_cost", "currency"
        )
        assert list(recorded) == [
            (Decimal(11), Decimal("1.1"), "EUR"), (Decimal(5), Decimal("2.3"), "EUR"),
            (Decimal(2), None, ""),
        ]  # fmt: skip

    def test_a_second_time_changes_nothing(self, import_text: Importer) -> None:
        text = HEADER + "MT-1,Store,L1,,3,,\nMT-2,Store,,S1,1,,\nBT-1,,B1,,4,,\n"
        import_text("opening_stock", text)

        plan = import_text("opening_stock", text)

        assert (plan.changes, plan.unchanged, plan.notes) == ([], 3, [])
        assert StockMovement.objects.count() == 3

    def test_records_the_difference_in_both_directions(self, import_text: Importer) -> None:
        stocked(part("MT-1"), shelf(), 10)
        stocked(part("CB-1"), shelf(), 10)

        import_text(
            "opening_stock",
            HEADER + "MT-1,棚A,,,4,2,JPY\nCB-1,棚A,,,12.5,3,JPY\n".replace("棚A", "Store/棚A"),
        )

        recorded = StockMovement.objects.filter(kind="stocktake").order_by("line")
        assert list(recorded.values_list("quantity", "unit_cost")) == [
            (Decimal(-6), None),
            (Decimal("2.5"), Decimal(3)),
        ]
        assert find_differences() == ([], 0)

    def test_puts_rows_without_location_into_one_made_for_them(
        self, plan_of: Importer, import_text: Importer
    ) -> None:
        text = HEADER + "MT-1,,,,3,,\nCB-1,unassigned,,,1,,\n"

        assert "“Unassigned”" in plan_of("opening_stock", text).notes[0]
        assert not Location.objects.filter(name_en="Unassigned").exists()
        import_text("opening_stock", text)

        unassigned = Location.objects.get(name_en="Unassigned", name_ja="未割当")
        assert level(part("MT-1"), unassigned) == 3
        assert level(part("CB-1"), unassigned) == 1

    def test_makes_lots_and_finds_them_again(self, import_text: Importer) -> None:
        import_text("opening_stock", HEADER + "MT-1,Store,ｌ１,,3,,\nMT-2,Store,B,S1,1,,\n")
        import_text("opening_stock", HEADER + "MT-1,Store,L1,,5,,\nMT-2,Store,,ｓ１,1,,\n")

        assert set(Lot.objects.values_list("code", "serial")) == {("l1", ""), ("B", "S1")}

    def test_refuses_rows_with_reasons(self, plan_of: Importer) -> None:
        plan = plan_of(
            "opening_stock",
            HEADER + "NO-1,Store,,,1,,\nMT-1,Nowhere,,,1,,\nMT-2,Store,,,1,,\nMT-2,Store,,S1,2,,\n"
            "BT-1,Store,,,1,,\nMT-1,Store,,,1,5,\nMT-2,Store,,S2,1,,\nMT-2,Store/Shelf A,,s2,1,,\n"
            "MT-1,Store,,,-1,,\n",
        )

        assert places(plan) == [
            (2, "part_number"), (3, "location_path"), (4, "serial"), (5, "quantity"),
            (6, "batch"), (7, "currency"), (9, "serial"), (10, "quantity"),
        ]  # fmt: skip

    def test_refuses_an_item_that_is_elsewhere_or_of_another_lot(self, plan_of: Importer) -> None:
        receive(line(part("MT-2"), shelf(), 1, serial="S1", lot="B"))

        plan = plan_of(
            "opening_stock", HEADER + "MT-2,Store/Shelf B,B,S1,1,,\nMT-2,Store/Shelf A,X,S1,1,,\n"
        )

        assert [(p.row, p.column, p.expected.split(",")[0]) for p in problems(plan)] == [
            (2, "serial", "Store/Shelf A"),
            (3, "batch", "B: the lot that serial number S1 was recorded with"),
        ]

    def test_counts_nothing_without_making_a_lot(self, import_text: Importer) -> None:
        plan = import_text("opening_stock", HEADER + "MT-1,Store,NEW,,0,,\n")

        assert (plan.unchanged, Lot.objects.count()) == (1, 0)

    def test_writes_more_lines_than_a_key_can_number(
        self, import_text: Importer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("stock.opening.MOST_LINES", 2)
        rows = "".join(f"MT-2,Store,,S{number},1,,\n" for number in range(5))

        import_text("opening_stock", HEADER + rows)

        keys = StockMovement.objects.order_by("pk").values_list("idempotency_key", "line")
        assert [line for _key, line in keys] == [1, 2, 1, 2, 1]
        assert len(set(keys)) == 5
        assert part("MT-2").on_hand == 5


@pytest.mark.usefixtures("catalogue")
class TestPostOpeningStock:
    def count(self, expected: int, counted: int) -> OpeningCount:
        return OpeningCount(
            part=part("MT-1"),
            location=shelf(),
            expected=Decimal(expected),
            counted=Decimal(counted),
            costs=[Cost(quantity=Decimal(counted - expected))],
        )

    def test_records_once_for_one_key(self) -> None:
        key, at = uuid.uuid4(), timezone.now()

        first = post_opening_stock(counts=[self.count(0, 5)], by=None, at=at, key=key)
        second = post_opening_stock(counts=[self.count(0, 5)], by=None, at=at, key=key)

        assert (first.repeated, second.repeated) == (False, True)
        assert [m.pk for m in first.movements] == [m.pk for m in second.movements]
        assert StockLevel.objects.get().quantity == 5

    def test_refuses_a_count_whose_books_moved(self) -> None:
        stocked(part("MT-1"), shelf(), 2)

        with pytest.raises(CountOutdatedError):
            post_opening_stock(
                counts=[self.count(0, 5)], by=None, at=timezone.now(), key=uuid.uuid4()
            )

        assert level(part("MT-1"), shelf()) == 2

    def test_leaves_nothing_behind_when_the_ledger_refuses(self) -> None:
        counts = [
            OpeningCount(
                part=part("MT-2"), location=shelf(), serial="S1", expected=Decimal(0),
                counted=Decimal(2), costs=[Cost(quantity=Decimal(2))],
            )
        ]  # fmt: skip

        with pytest.raises(IntegrityError):
            post_opening_stock(counts=counts, by=None, at=timezone.now(), key=uuid.uuid4())
