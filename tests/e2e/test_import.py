"""A buyer imports a catalogue through the browser, and exports it again."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from access.models import User
from catalog.models import Part
from tests.e2e.conftest import SignIn
from tests.webapp.factories import CategoryFactory, PartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = "部品番号,名称（日本語）,category_path,reorder_point\n"


def upload(page: Page, file: Path) -> None:
    page.goto(page.url.split("/admin/")[0] + "/admin/exchange/importrun/import/")
    page.set_input_files("input[type=file]", file)
    page.locator(".inventory-button.is-primary").click()
    page.wait_for_url("**/exchange/importrun/*/change/")


def test_sees_the_errors_mends_them_and_imports(
    sign_in: SignIn, buyer: User, tmp_path: Path, complaints: list[str]
) -> None:
    CategoryFactory.create(name_en="Motors", name_ja="モーター")
    file = tmp_path / "parts.csv"
    page = sign_in(buyer, language="ja")

    file.write_text(
        HEADER + "MT-1,モーター大,Motors,１２\nMT-2,モーター小,Motors,twelve\n", "cp932"
    )
    upload(page, file)
    expect(page.get_by_text("twelve")).to_be_visible()
    with page.expect_download() as download:
        page.locator("a[href$='/errors/']").click()
    assert "twelve" in download.value.path().read_text("utf-8-sig")
    assert Part.objects.count() == 0

    file.write_text(HEADER + "MT-1,モーター大,Motors,１２\nMT-2,モーター小,Motors,12\n", "cp932")
    upload(page, file)
    page.locator("form[action$='/apply/'] button").dblclick()
    expect(page.get_by_role("alert").or_(page.locator("#content")).first).to_be_visible()
    page.wait_for_load_state()

    points = Part.objects.order_by("number").values_list("number", "reorder_point")
    assert list(points) == [("MT-1", Decimal(12)), ("MT-2", Decimal(12))]
    assert complaints == []


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_exports_what_is_filtered_and_imports_it_unchanged(
    file_format: str, sign_in: SignIn, buyer: User, tmp_path: Path
) -> None:
    PartFactory.create(number="MT-1", tracking="lot")
    PartFactory.create(number="FR-1")
    page = sign_in(buyer, language="ja")
    page.goto(page.url + "catalog/part/?tracking=lot")

    page.get_by_text("書き出し").first.click()
    with page.expect_download() as download:
        page.locator(f"a[href*='export/{file_format}']").first.click()
    exported = tmp_path / f"parts.{file_format}"
    download.value.save_as(exported)
    upload(page, exported)

    figures = page.locator("#content").inner_text()
    assert "登録済みの内容はファイルと同じです" in figures
    assert "FR-1" not in figures
