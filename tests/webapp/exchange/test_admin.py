"""The pages: who may, what they show, and that an import happens once."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from access.models import User
from catalog.models import Part, Supplier
from exchange import services
from exchange.models import ImportRun
from exchange.tables.registry import TABLES
from stock.models import StockMovement
from stock.verification import find_differences
from tests.webapp.exchange.conftest import Importer
from tests.webapp.exchange.test_import_catalogue import GOLDEN, golden_figures
from tests.webapp.threads import at_once

UPLOAD = reverse("admin:exchange_importrun_import_file")
LIST = reverse("admin:exchange_importrun_changelist")

type ClientOf = Callable[..., Client]


def upload(client: Client, name: str, content: bytes, table: str = "") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(UPLOAD, {"file": file, "table": table}, follow=True)


def press_import(client: Client, run: ImportRun) -> Any:
    return client.post(reverse("admin:exchange_importrun_apply", args=[run.pk]), follow=True)


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def latest() -> ImportRun:
    return ImportRun.objects.latest("pk")


@pytest.mark.slow
def test_the_real_catalogue_comes_in_through_the_pages(
    inventree: Path, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    for name in TABLES:
        upload(client, f"{name}.csv", (inventree / f"{name}.csv").read_bytes())
        page = press_import(client, latest())
        assert "The file was imported." in text_of(page)

    assert golden_figures() == GOLDEN
    assert find_differences() == ([], 0)
    assert set(ImportRun.objects.values_list("actor", "state")) == {(administrator.pk, "applied")}


class TestUpload:
    def test_shows_what_changes_and_changes_nothing(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        page = upload(
            client_of(buyer), "a.csv",
            "名称（英語）,part_number,active,category\n"
            "Renamed,MT-1,×,Motors\nNew,N-1,,Motors\n".encode(),
        )  # fmt: skip

        text = text_of(page)
        assert "Motor → Renamed" in text
        assert "yes → no" in text
        assert "N-1" in text
        assert "Import now" in text
        assert Part.objects.get(number="MT-1").name_en == "Motor"

    def test_of_shift_jis_with_full_width_digits_is_understood(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        text = (
            "部品番号,名称（日本語）,カテゴリー,発注点\n"
            "ＭＴ－１,モータ,モーター/ブラシレス,１，２００．５\n"
        )

        page = upload(client_of(buyer), "部品.csv", text.encode("cp932"))
        press_import(client_of(buyer), latest())

        assert "0 → 1200.5" in text_of(page)
        part = Part.objects.get(number="MT-1")
        assert (part.name_ja, str(part.reorder_point)) == ("モータ", "1200.500000")

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.csv", b"", "The file is empty"),
            ("a.csv", b"x" * (50 * 2**20), "50.0 MB; at most 20 MB"),
            ("a.csv", b"name\n", "only a header"),
            ("a.csv", b"colour\nred\n", "does not say which table"),
            ("a.xlsx", b"PK\x03\x04zip", "named like an Excel workbook"),
        ],
        ids=["empty", "50 MB", "header only", "unknown", "zip"],
    )
    def test_says_why_a_file_cannot_be_read(
        self, buyer: User, client_of: ClientOf, name: str, content: bytes, message: str
    ) -> None:
        page = upload(client_of(buyer), name, content)

        assert message in text_of(page)
        assert not ImportRun.objects.exists()

    def test_of_a_zip_named_xlsx_is_refused(self, buyer: User, client_of: ClientOf) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("readme.txt", "no workbook")

        page = upload(client_of(buyer), "parts.xlsx", file.getvalue())

        assert "named like an Excel workbook, but is none" in text_of(page)

    def test_asks_for_a_file(self, buyer: User, client_of: ClientOf) -> None:
        page = client_of(buyer).post(UPLOAD, {"table": "parts"})

        assert "This field is required." in text_of(page)

    def test_in_japanese_answers_in_japanese(self, buyer: User, client_of: ClientOf) -> None:
        page = client_of(buyer, language="ja").get(UPLOAD)

        assert "カテゴリー" in text_of(page)


class TestErrors:
    TEXT = "part_number,name,category_path,minimum_stock\nN-1,=x,Motors,12a\nN-2,y,Motors,3\n"

    def test_are_shown_with_row_column_and_remedy(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        page = upload(client_of(buyer), "a.csv", self.TEXT.encode(), "parts")

        text = text_of(page)
        assert "2 Reorder point 12a a number, such as 1,234.5" in text
        assert "Import now" not in text
        assert latest().state == ImportRun.State.REFUSED

    def test_are_downloaded_with_the_rows_and_imported_when_mended(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        client = client_of(buyer)
        upload(client, "a.csv", self.TEXT.encode(), "parts")

        response = client.get(reverse("admin:exchange_importrun_errors", args=[latest().pk]))
        content = b"".join(cast("Any", response).streaming_content)

        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0][-1] == "import errors"
        assert rows[1][:4] == ["N-1", "'=x", "Motors", "12a"]
        assert "found 12a, expected a number" in rows[1][4]
        assert rows[2] == ["N-2", "y", "Motors", "3", ""]
        upload(client, "mended.csv", content.replace(b"Motors,12a", b"Motors,12"), "parts")
        press_import(client, latest())
        assert Part.objects.get(number="N-1").name_en == "=x"

    def test_cannot_be_imported_all_the_same(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        client = client_of(buyer)
        upload(client, "a.csv", self.TEXT.encode(), "parts")

        press_import(client, latest())

        assert latest().state == ImportRun.State.REFUSED
        assert not Part.objects.filter(number="N-2").exists()


class TestApply:
    def test_imports_once_however_often_it_is_pressed(
        self, administrator: User, client_of: ClientOf, catalogue: None
    ) -> None:
        client = client_of(administrator)
        upload(client, "a.csv", b"part_number,location_path,quantity,batch\nMT-1,Store,5,L\n")
        run = latest()

        first, second = press_import(client, run), press_import(client, run)

        assert "Imported: 1 new" in text_of(first)
        assert "was imported before" in text_of(second)
        assert StockMovement.objects.count() == 1
        assert StockMovement.objects.get().actor == administrator

    def test_shows_the_new_preview_when_the_data_changed_meanwhile(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        client = client_of(buyer)
        upload(client, "a.csv", b"name,notes\nWirey,Closed\n")
        Supplier.objects.filter(name="Wirey").update(notes="Open")

        page = press_import(client, latest())

        assert "This is the new preview" in text_of(page)
        assert "Open → Closed" in text_of(page)
        assert Supplier.objects.get(name="Wirey").notes == "Open"
        assert "Imported" in text_of(press_import(client, latest()))

    def test_needs_a_press_of_the_button(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        client = client_of(buyer)
        upload(client, "a.csv", b"name\nNew\n", "suppliers")

        response = client.get(reverse("admin:exchange_importrun_apply", args=[latest().pk]))

        assert response.status_code == 405
        assert not Supplier.objects.filter(name="New").exists()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_import_once(
    administrator: User, import_text: Importer
) -> None:
    import_text("categories", "path\nMotors\n")
    import_text("locations", "path\nStore\n")
    import_text("parts", "part_number,name,category_path\nMT-1,Motor,Motors\n")
    run = services.preview(
        table="opening_stock", file_name="a.csv", by=administrator,
        content=b"part_number,location_path,quantity\nMT-1,Store,5\n",
    )  # fmt: skip

    outcome = at_once(
        [lambda: services.apply(run=run, by=administrator, at=timezone.now())] * 2
    ).only_raised()

    assert sorted(applied.repeated for applied in outcome.results) == [False, True]
    assert StockMovement.objects.count() == 1


class TestRights:
    @pytest.mark.parametrize("who", ["storekeeper", "general", "auditor"])
    def test_to_import_are_needed_for_every_page(
        self, request: pytest.FixtureRequest, client_of: ClientOf, buyer: User, who: str
    ) -> None:
        run = services.preview(table="suppliers", file_name="a.csv", content=b"name\nA\n", by=buyer)
        client = client_of(request.getfixturevalue(who))

        assert client.get(UPLOAD).status_code == 403
        assert upload(client, "a.csv", b"name\nA\n", "suppliers").status_code == 403
        assert press_import(client, run).status_code == 403
        template = reverse("admin:exchange_importrun_template", args=["parts", "csv"])
        assert client.get(template).status_code == 403
        assert not Supplier.objects.exists()

    def test_of_the_table_are_needed_too(
        self, buyer: User, client_of: ClientOf, catalogue: None
    ) -> None:
        """A buyer keeps the catalogue, but does not count stock."""
        content = b"part_number,location_path,quantity\nMT-1,Store,5\n"

        assert upload(client_of(buyer), "a.csv", content, "opening_stock").status_code == 403
        assert upload(client_of(buyer), "a.csv", content).status_code == 403
        assert "opening_stock.csv" not in text_of(client_of(buyer).get(UPLOAD))

    def test_to_import_show_only_ones_own_uploads(
        self, buyer: User, outsider: User, client_of: ClientOf
    ) -> None:
        from django.contrib.auth.models import Permission

        outsider.user_permissions.add(
            *Permission.objects.filter(
                codename__in=["import_data", "add_supplier", "change_supplier"]
            )
        )
        theirs = services.preview(
            table="suppliers", file_name="theirs.csv", content=b"name\nA\n", by=buyer
        )
        client = client_of(outsider)
        upload(client, "own.csv", b"name\nB\n", "suppliers")

        assert "theirs.csv" not in text_of(client.get(LIST))
        assert "own.csv" in text_of(client.get(LIST))
        assert press_import(client, theirs).status_code == 404
        for name in ("change", "errors"):
            address = reverse(f"admin:exchange_importrun_{name}", args=[theirs.pk])
            assert client.get(address).status_code == 404
        assert latest().file_name == "own.csv"

    def test_to_view_imports_show_them_without_buttons(
        self, auditor: User, buyer: User, client_of: ClientOf
    ) -> None:
        run = services.preview(table="suppliers", file_name="a.csv", content=b"name\nA\n", by=buyer)

        page = client_of(auditor).get(reverse("admin:exchange_importrun_change", args=[run.pk]))

        assert "a.csv" in text_of(page)
        assert "Import now" not in text_of(page)


@pytest.mark.parametrize("name", TABLES)
def test_a_template_is_a_file_that_can_be_read(
    name: str, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    for file_format in ("csv", "xlsx"):
        response = client.get(
            reverse("admin:exchange_importrun_template", args=[name, file_format])
        )
        upload(client, f"{name}.{file_format}", response.content, name)

        assert latest().table == name
        assert latest().summary["rows"] == 1
    book = load_workbook(io.BytesIO(response.content))
    assert book.worksheets[0].max_row == 2


@pytest.mark.parametrize("key", ["²", "x", "9" * 30])
def test_an_import_that_is_none_is_not_found(
    key: str, administrator: User, client_of: ClientOf
) -> None:
    response = client_of(administrator).get(f"{LIST}{key}/change/")

    assert response.status_code == 404
