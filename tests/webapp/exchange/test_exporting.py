"""Lists as files: what leaves comes back unchanged, and no cell becomes a formula."""

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import override
from openpyxl import load_workbook

from catalog.models import Category, Part, Supplier
from exchange import engine
from exchange.exporting import EXPORT_TABLES, export_response
from exchange.reading import read
from exchange.tables.registry import TABLES
from stock.models import StockMovement
from tests.webapp.factories import CategoryFactory, PartFactory

HARMFUL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1", "'quoted'", "a=b"]


def exported(name: str, file_format: str, rows: Any = None) -> bytes:
    table = EXPORT_TABLES[name]
    queryset = rows if rows is not None else table.model._default_manager.order_by("pk")
    response = export_response(table, queryset, file_format)
    assert isinstance(response, StreamingHttpResponse | FileResponse)
    chunks = response.streaming_content
    assert isinstance(chunks, Iterable)
    content = b"".join(chunks)
    for close in response._resource_closers:  # response.close() would end the connection too
        close()
    return content


@pytest.mark.slow
class TestRoundTrip:
    @pytest.mark.parametrize("language", ["en", "ja"])
    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_of_the_real_catalogue_changes_nothing(
        self, inventree: Path, db: None, language: str, file_format: str
    ) -> None:
        call_command("import_catalogue", str(inventree), stdout=io.StringIO())
        for name, table in TABLES.items():
            with override(language):
                content = exported(name, file_format)
                plan = engine.make_plan(table, read(f"{name}.{file_format}", content))

            assert plan.problems.in_order() == []
            assert plan.changes == []
            assert plan.unchanged == table.model._default_manager.count()


class TestText:
    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_comes_back_as_it_was(self, db: None, file_format: str) -> None:
        for place, text in enumerate([*HARMFUL, "lines\r\nof\ntext", "　x", 'a,b;c"d']):
            PartFactory(number=f"P-{place}", description_en=text)

        plan = engine.make_plan(TABLES["parts"], read("x.csv", exported("parts", file_format)))

        assert [(change.key, change.fields) for change in plan.changes] == []

    def test_is_no_formula_in_csv(self, db: None) -> None:
        for place, text in enumerate(HARMFUL):
            PartFactory(number=f"P-{place}", name_en=text)

        rows = list(csv.DictReader(io.StringIO(exported("parts", "csv").decode("utf-8-sig"))))

        assert [row["Name (English)"] for row in rows] == [
            "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "''=1", "'''=1", "'＝1", "'quoted'", "a=b",
        ]  # fmt: skip

    def test_is_no_formula_in_a_workbook(self, db: None) -> None:
        PartFactory(name_en="=1+1")

        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]

        assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")


class TestValues:
    def test_stay_numbers_and_truth_in_a_workbook(self, db: None) -> None:
        PartFactory(reorder_point=Decimal("12.500000"), target_quantity=None)

        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]
        values = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))

        assert values["Reorder point"] == 12.5
        assert values["Target quantity"] is None
        assert values["Active"] is True

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_keep_every_digit(self, db: None, file_format: str) -> None:
        PartFactory(number="P", reorder_point=Decimal("123456789012.123456"))

        plan = engine.make_plan(TABLES["parts"], read("x.csv", exported("parts", file_format)))

        assert plan.changes == []

    def test_begin_with_the_mark_of_utf_8(self, db: None) -> None:
        assert exported("suppliers", "csv").startswith(b"\xef\xbb\xbfName,")

    def test_are_headed_in_the_language_of_the_user(self, db: None) -> None:
        with override("ja"):
            header = exported("parts", "csv").decode("utf-8-sig").splitlines()[0]

        assert header.startswith("部品番号,")

    def test_show_paths_in_the_language_of_the_user(self, db: None) -> None:
        category = CategoryFactory(name_en="Motors", name_ja="モーター")
        PartFactory(category=category)

        with override("ja"):
            assert "モーター" in exported("parts", "csv").decode()

    def test_show_a_path_that_leads_back_where_names_cross(self, db: None) -> None:
        """One category's Japanese name is another's English one: the path must not mislead."""
        CategoryFactory(name_en="X", name_ja="Y")
        CategoryFactory(name_en="Y", name_ja="Z")

        with override("ja"):
            plan = engine.make_plan(
                TABLES["categories"], read("x.csv", exported("categories", "csv"))
            )

        assert (plan.unchanged, plan.changes) == (2, [])


class TestSize:
    def test_asks_the_database_a_fixed_number_of_times(
        self, db: None, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        category = CategoryFactory()
        for number in range(30):
            PartFactory(number=f"P-{number}", category=category)

        with django_assert_max_num_queries(2):
            assert exported("parts", "csv").count(b"\r\n") == 31

    def test_of_an_empty_list_is_a_header(self, db: None) -> None:
        assert exported("parts", "csv", Part.objects.none()).count(b"\r\n") == 1
        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]
        assert sheet.max_row == 1


def test_movements_are_exported_but_never_imported(
    inventree: Path, import_text: Any, catalogue: None
) -> None:
    import_text("opening_stock", "part_number,location_path,quantity\nMT-1,Store,3\n")

    [row] = csv.DictReader(io.StringIO(exported("stock_movements", "csv").decode("utf-8-sig")))

    assert (row["Part number"], row["Quantity"], row["Kind"]) == ("MT-1", "3", "Stocktake")
    assert "stock_movements" not in TABLES
    assert StockMovement.objects.count() == 1
    assert Category.objects.exists()
    assert Supplier.objects.exists()
