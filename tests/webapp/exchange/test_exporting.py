"""Lists as files: what leaves comes back unchanged, and no cell becomes a formula."""

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.http import FileResponse, StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from access.models import User
from catalog.models import Category, Part
from exchange import engine
from exchange.exporting import EXPORT_TABLES, export_response
from exchange.reading import read
from exchange.tables.registry import TABLES
from exchange.writers import xlsx_file
from stock.models import StockMovement
from tests.webapp.exchange.conftest import Importer
from tests.webapp.factories import CategoryFactory, PartFactory

HARMFUL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1", "'quoted'", "a=b",
           "_x0041_", "<a & b>", "\x0bvertical"]  # fmt: skip


def exported(name: str, file_format: str, rows: Any = None) -> bytes:
    table = EXPORT_TABLES[name]
    queryset = rows if rows is not None else table.model._default_manager.order_by("pk")
    response = export_response(table, queryset, file_format)
    assert isinstance(response, StreamingHttpResponse | FileResponse)
    chunks = response.streaming_content
    assert isinstance(chunks, Iterable)
    content = b"".join(chunks)
    if isinstance(response, FileResponse):  # response.close() would end the connection too
        assert response.file_to_stream is not None
        response.file_to_stream.close()
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
            PartFactory.create(number=f"P-{place}", description_en=text)

        plan = engine.make_plan(TABLES["parts"], read("x.csv", exported("parts", file_format)))

        assert [(change.key, change.fields) for change in plan.changes] == []

    def test_is_no_formula_in_csv(self, db: None) -> None:
        for place, text in enumerate(HARMFUL):
            PartFactory.create(number=f"P-{place}", name_en=text)

        rows = list(csv.DictReader(io.StringIO(exported("parts", "csv").decode("utf-8-sig"))))

        assert [row["Name (English)"] for row in rows] == [
            "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "''=1", "'''=1", "'＝1", "'quoted'", "a=b",
            "_x0041_", "<a & b>", "\x0bvertical",
        ]  # fmt: skip

    def test_is_no_formula_in_a_workbook(self, db: None) -> None:
        PartFactory.create(name_en="=1+1")

        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]

        assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")


class TestValues:
    def test_stay_numbers_and_truth_in_a_workbook(self, db: None) -> None:
        PartFactory.create(reorder_point=Decimal("12.500000"), target_quantity=None)

        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]
        values = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))

        assert values["Reorder point"] == 12.5
        assert values["Target quantity"] is None
        assert values["Active"] is True

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_keep_every_digit(self, db: None, file_format: str) -> None:
        PartFactory.create(number="P", reorder_point=Decimal("123456789012.123456"))

        plan = engine.make_plan(TABLES["parts"], read("x.csv", exported("parts", file_format)))

        assert plan.changes == []

    def test_begin_with_the_mark_of_utf_8(self, db: None) -> None:
        assert exported("suppliers", "csv").startswith(b"\xef\xbb\xbfName,")

    def test_are_headed_in_the_language_of_the_user(self, db: None) -> None:
        with override("ja"):
            header = exported("parts", "csv").decode("utf-8-sig").splitlines()[0]

        assert header.startswith("部品番号,")

    def test_show_paths_in_the_language_of_the_user(self, db: None) -> None:
        category = CategoryFactory.create(name_en="Motors", name_ja="モーター")
        PartFactory.create(category=category)

        with override("ja"):
            assert "モーター" in exported("parts", "csv").decode()

    def test_show_a_path_that_leads_back_where_names_cross(self, db: None) -> None:
        """One category's Japanese name is another's English one: the path must not mislead."""
        CategoryFactory.create(name_en="X", name_ja="Y")
        CategoryFactory.create(name_en="Y", name_ja="Z")

        with override("ja"):
            plan = engine.make_plan(
                TABLES["categories"], read("x.csv", exported("categories", "csv"))
            )

        assert (plan.unchanged, plan.changes) == (2, [])

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_show_what_a_path_has_become(self, db: None, language: str) -> None:
        """What was worked out for an export before counts only as long as it is so."""
        branch = CategoryFactory.create(name_en="Drives", name_ja="駆動")
        leaf = CategoryFactory.create(name_en="Motors", name_ja="モーター", parent=branch)
        PartFactory.create(category=leaf)

        with override(language):
            first = exported("parts", "csv").decode()
            branch.name_en, branch.name_ja = "Propulsion", "推進"
            branch.save()
            renamed = exported("parts", "csv").decode()
            leaf.parent = None
            leaf.save()
            moved = exported("parts", "csv").decode()

        name, old, new = (
            ("モーター", "駆動", "推進") if language == "ja" else ("Motors", "Drives", "Propulsion")
        )
        assert f"{old}/{name}" in first
        assert f"{new}/{name}" in renamed
        assert name in moved
        assert f"/{name}" not in moved


LIST = reverse("admin:catalog_part_changelist")


def lines(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))[1:]


class TestExportOfAList:
    @pytest.fixture
    def parts(self, db: None) -> Category:
        motors = CategoryFactory.create(name_en="Motors")
        for number in range(30):
            PartFactory.create(number=f"MT-{number:02}", category=motors)
        PartFactory.create(number="CB-1", category=CategoryFactory.create(name_en="Cables"))
        return motors

    def address(self, client: Client, query: str) -> str:
        """What the list's own button leads to."""
        page = BeautifulSoup(client.get(LIST + query).content, "html.parser")
        [link] = [a["href"] for a in page.find_all("a") if "/export/csv/" in str(a.get("href"))]
        return str(link)

    def test_has_all_pages_of_what_is_searched_in_the_order_of_the_list(
        self, storekeeper: User, client_of: Callable[..., Client], parts: Category
    ) -> None:
        client = client_of(storekeeper)

        rows = lines(client.get(self.address(client, "?q=MT&p=2&o=-1")))

        assert len(rows) == 30
        numbers = [row[0] for row in rows]
        assert numbers in (sorted(numbers), sorted(numbers, reverse=True))

    def test_has_what_is_filtered(
        self, storekeeper: User, client_of: Callable[..., Client], parts: Category
    ) -> None:
        Part.objects.filter(number="MT-03").update(active=False)
        client = client_of(storekeeper)

        rows = lines(client.get(self.address(client, "?active__exact=0")))

        assert [row[0] for row in rows] == ["MT-03"]

    def test_has_the_chosen_rows(
        self, storekeeper: User, client_of: Callable[..., Client], parts: Category
    ) -> None:
        chosen = Part.objects.filter(number__in=["MT-01", "CB-1"]).values_list("pk", flat=True)

        response = client_of(storekeeper).post(
            LIST, {"action": "export_chosen_csv", "_selected_action": list(chosen)}
        )

        assert {row[0] for row in lines(response)} == {"MT-01", "CB-1"}

    def test_needs_the_right_to_export(
        self, general: User, client_of: Callable[..., Client], parts: Category
    ) -> None:
        client = client_of(general)

        assert client.get(reverse("admin:catalog_part_export", args=["csv"])).status_code == 403
        assert "/export/" not in client.get(LIST).content.decode()
        page = client.post(
            LIST,
            {"action": "export_chosen_csv", "_selected_action": [Part.objects.latest("pk").pk]},
            follow=True,
        )
        assert page.headers["Content-Type"].startswith("text/html")

    def test_needs_the_right_to_view(
        self, outsider: User, client_of: Callable[..., Client], parts: Category
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="export_data"))

        for model in ("catalog_part", "stock_stockmovement"):
            address = reverse(f"admin:{model}_export", args=["xlsx"])
            assert client_of(outsider).get(address).status_code == 403

    def test_of_an_unknown_format_is_refused(
        self, storekeeper: User, client_of: Callable[..., Client]
    ) -> None:
        address = reverse("admin:catalog_part_export", args=["pdf"])
        assert client_of(storekeeper).get(address).status_code == 404

    @pytest.mark.parametrize(
        "model",
        ["catalog_category", "catalog_part", "catalog_supplier", "catalog_supplierpart",
         "stock_location", "stock_stocklevel", "stock_stockmovement"],
    )  # fmt: skip
    def test_is_offered_by_every_list(
        self, model: str, auditor: User, client_of: Callable[..., Client], import_text: Importer
    ) -> None:
        client = client_of(auditor)

        for file_format in ("csv", "xlsx"):
            response: Any = client.get(reverse(f"admin:{model}_export", args=[file_format]))
            assert response.status_code == 200
            assert b"".join(response.streaming_content)


class TestSize:
    def test_asks_the_database_a_fixed_number_of_times(
        self, db: None, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        category = CategoryFactory.create()
        for number in range(30):
            PartFactory.create(number=f"P-{number}", category=category)

        with django_assert_max_num_queries(3):
            assert exported("parts", "csv").count(b"\r\n") == 31

    def test_beyond_one_sheet_goes_on_in_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("exchange.xlsx_writer.ROWS_A_SHEET", 2)

        with xlsx_file("Parts", ["Number"], [[1], [2], [3]]) as file:
            book = load_workbook(file)

        assert [list(sheet.values) for sheet in book.worksheets] == [
            [("Number",), (1,), (2,)],
            [("Number",), (3,)],
        ]

    def test_of_an_empty_list_is_a_header(self, db: None) -> None:
        assert exported("parts", "csv", Part.objects.none()).count(b"\r\n") == 1
        sheet = load_workbook(io.BytesIO(exported("parts", "xlsx"))).worksheets[0]
        assert sheet.max_row == 1


def test_movements_are_exported_but_never_imported(import_text: Importer, catalogue: None) -> None:
    import_text("opening_stock", "part_number,location_path,quantity\nMT-1,Store,3\n")

    [row] = csv.DictReader(io.StringIO(exported("stock_movements", "csv").decode("utf-8-sig")))

    assert (row["Part number"], row["Quantity"], row["Kind"]) == ("MT-1", "3", "Stocktake")
    assert "stock_movements" not in TABLES
    assert StockMovement.objects.count() == 1
