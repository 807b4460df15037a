"""``manage.py import_catalogue``: the real catalogue, with the figures that must come out."""

import io
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum
from django.utils.timezone import localtime

from catalog.models import Category, Part, Supplier, SupplierPart
from exchange.models import ImportRun
from purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder
from stock.models import Location, StockLevel, StockMovement
from stock.verification import find_differences


def run(folder: Path, **options: bool) -> str:
    out = io.StringIO()
    call_command("import_catalogue", str(folder), stdout=out, stderr=out, **options)
    return out.getvalue()


def golden_figures() -> dict[str, object]:
    return {
        "categories": Category.objects.count(),
        "locations": Location.objects.count(),
        "suppliers": Supplier.objects.count(),
        "parts": Part.objects.count(),
        "supplier parts": SupplierPart.objects.count(),
        "parts with stock": Part.objects.filter(on_hand__gt=0).count(),
        "units": StockLevel.objects.aggregate(total=Sum("quantity"))["total"],
        "orders": PurchaseOrder.objects.count(),
        "order lines": OrderLine.objects.count(),
        "units on order": Part.objects.aggregate(total=Sum("on_order"))["total"],
    }


GOLDEN = {
    "categories": 27,
    "locations": 20,  # 19 of the file, and the one for lots without a location
    "suppliers": 12,
    "parts": 414,
    "supplier parts": 773,
    "parts with stock": 385,
    "units": Decimal("436726.3704"),
    "orders": 12,
    "order lines": 30,
    "units on order": Decimal(5215),
}


@pytest.mark.slow
class TestInventree:
    def test_has_the_golden_figures(self, inventree: Path, db: None) -> None:
        said = run(inventree)

        assert golden_figures() == GOLDEN
        assert find_differences() == ([], 0)
        assert "Left alone: README.md\n" in said
        assert "opening_stock.csv" in said
        assert ImportRun.objects.filter(state=ImportRun.State.APPLIED).count() == 8

    def test_takes_the_orders_over_as_they_stood(self, inventree: Path, db: None) -> None:
        run(inventree)

        states = PurchaseOrder.objects.values_list("state").annotate(Count("pk"))
        lines = OrderLine.objects.all()
        assert dict(states) == {"draft": 3, "ordered": 1, "partial": 1, "received": 7}
        assert lines.filter(taken_over__gte=F("quantity")).count() == 20
        assert lines.filter(taken_over__gt=0, taken_over__lt=F("quantity")).count() == 2
        assert lines.filter(taken_over=0).count() == 8
        assert not lines.filter(received__gt=0).exists()
        assert not GoodsReceipt.objects.exists()
        awaited = lines.filter(outstanding__gt=0).exclude(order_state="draft").order_by()
        assert dict(awaited.values_list("part").annotate(Sum("outstanding"))) == dict(
            Part.objects.filter(on_order__gt=0).values_list("pk", "on_order")
        )

    def test_dates_the_orders_by_the_days_they_have(self, inventree: Path, db: None) -> None:
        run(inventree)

        order = PurchaseOrder.objects.get(number="PO0006")
        happened = order.events.order_by("pk")
        assert [
            (event.summary, f"{localtime(event.occurred_at):%Y-%m-%d}") for event in happened
        ] == [
            ("Created", "2022-09-07"),
            ("Approved", "2022-09-07"),
            ("Ordered", "2022-09-07"),
            ("Received", "2024-01-15"),
        ]
        assert order.finished_at
        assert f"{localtime(order.finished_at):%Y-%m-%d}" == "2024-01-15"

    def test_a_second_time_changes_nothing(self, inventree: Path, db: None) -> None:
        run(inventree)
        movements = StockMovement.objects.count()

        said = run(inventree)

        assert "Changed 0 rows of 8 files." in said
        assert StockMovement.objects.count() == movements

    def test_is_only_tried_by_a_dry_run(self, inventree: Path, db: None) -> None:
        said = run(inventree, dry_run=True)

        assert "Would change" in said
        assert not Part.objects.exists()
        assert not ImportRun.objects.exists()


class TestCommand:
    def test_stores_nothing_of_any_file_when_one_has_errors(
        self, inventree: Path, tmp_path: Path, db: None
    ) -> None:
        shutil.copy(inventree / "categories.csv", tmp_path)
        (tmp_path / "parts.csv").write_text("part_number,name,category_path\nX,x,Nowhere\n")
        out = io.StringIO()

        with pytest.raises(CommandError, match=r"parts\.csv has 1 error\. Nothing was imported"):
            call_command("import_catalogue", str(tmp_path), stdout=out, stderr=out)

        assert "category_path" in out.getvalue()
        assert not Category.objects.exists()

    def test_refuses_a_folder_without_known_files(self, tmp_path: Path, db: None) -> None:
        with pytest.raises(CommandError, match="holds none of the files"):
            run(tmp_path)
        with pytest.raises(CommandError, match="is no folder"):
            run(tmp_path / "missing")

    def test_names_the_file_that_cannot_be_read(self, tmp_path: Path, db: None) -> None:
        (tmp_path / "parts.xlsx").write_bytes(b"PK\x03\x04no workbook")

        with pytest.raises(CommandError, match=r"parts\.xlsx: The file is named like"):
            run(tmp_path)
