"""A slash searches, the first error has the focus, lists come back as they were left."""

import pytest
from playwright.sync_api import Page

from access.models import User
from tests.e2e.conftest import SignIn
from tests.webapp.factories import PartFactory, SupplierPartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def go(page: Page, path: str) -> None:
    page.goto(page.url.split("/admin/")[0] + path)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


class TestSlash:
    def test_goes_to_the_search_of_the_list(self, sign_in: SignIn, administrator: User) -> None:
        page = sign_in(administrator)
        go(page, "/admin/catalog/part/")

        page.keyboard.press("/")
        page.keyboard.type("motor")

        assert focused(page) == "searchbar"
        assert page.input_value("#searchbar") == "motor"
        assert page.get_attribute("#searchbar", "aria-keyshortcuts") == "/"
        assert "/" in (page.get_attribute("#searchbar", "aria-label") or "")

    def test_goes_to_the_search_of_everything_where_there_is_no_list(
        self, sign_in: SignIn, administrator: User
    ) -> None:
        page = sign_in(administrator)

        page.keyboard.press("/")

        page.wait_for_function("document.activeElement.id === 'search-input-command'")
        assert page.input_value("#search-input-command") == ""

    def test_is_a_slash_where_one_types(self, sign_in: SignIn, administrator: User) -> None:
        page = sign_in(administrator)
        go(page, "/admin/catalog/supplier/add/")

        page.focus("#id_name")
        page.keyboard.type("a/b")

        assert page.input_value("#id_name") == "a/b"


class TestTheFirstError:
    def test_has_the_focus_and_is_tied_to_its_message(
        self, sign_in: SignIn, administrator: User, complaints: list[str]
    ) -> None:
        page = sign_in(administrator)
        go(page, "/admin/catalog/supplier/add/")

        with page.expect_navigation():
            page.locator("button[name=_save], input[name=_save]").first.click()
        page.wait_for_function("document.activeElement.id === 'id_name'")

        assert page.get_attribute("#id_name", "aria-invalid") == "true"
        told = (page.get_attribute("#id_name", "aria-describedby") or "").split()
        assert told
        assert "required" in page.locator(f"#{told[-1]}").inner_text()
        assert page.locator(".errornote").get_attribute("role") == "alert"
        assert complaints == []

    def test_on_a_tab_that_is_closed_is_opened(self, sign_in: SignIn, administrator: User) -> None:
        part = PartFactory.create()
        page = sign_in(administrator)
        go(page, f"/admin/catalog/part/{part.pk}/change/")
        page.evaluate("document.getElementById('id_lead_time_days').value = '-3'")

        with page.expect_navigation():
            page.locator("button[name=_save], input[name=_save]").first.click()

        page.wait_for_function("document.activeElement.id === 'id_lead_time_days'")
        assert page.locator("#id_lead_time_days").is_visible()

    def test_in_the_row_of_a_table_is_found(self, sign_in: SignIn, administrator: User) -> None:
        part = PartFactory.create()
        SupplierPartFactory.create(part=part, sku="TR-1")
        page = sign_in(administrator)
        go(page, f"/admin/catalog/part/{part.pk}/change/")
        page.evaluate("document.getElementById('id_supplier_parts-0-sku').value = ''")
        page.evaluate("document.getElementById('id_supplier_parts-0-pack_quantity').value = 'x'")

        with page.expect_navigation():
            page.locator("button[name=_save], input[name=_save]").first.click()

        page.wait_for_function("document.activeElement.id.startsWith('id_supplier_parts-0-')")
        told = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
        assert page.locator(f"#{str(told).split()[-1]}").inner_text().strip()

    @pytest.mark.parametrize("page_name", ["receive", "issue", "transfer"])
    def test_on_a_page_of_ours_has_the_focus(
        self, page_name: str, sign_in: SignIn, storekeeper: User
    ) -> None:
        page = sign_in(storekeeper)
        go(page, f"/admin/stock/stockmovement/{page_name}/")
        page.evaluate("document.querySelector('.inventory-page form').noValidate = true")

        with page.expect_navigation():
            page.locator(".inventory-page form button[type=submit]").first.click()

        page.wait_for_function(
            "document.activeElement.matches('[aria-invalid=true], [role=alert]')"
        )


class TestLists:
    def test_come_back_as_they_were_left_until_they_are_reset(
        self, sign_in: SignIn, administrator: User
    ) -> None:
        PartFactory.create(number="MT-1")
        PartFactory.create(number="FR-1")
        page = sign_in(administrator)
        go(page, "/admin/catalog/part/")
        page.fill("#searchbar", "MT-1")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=MT-1**")
        go(page, "/admin/catalog/category/")

        page.locator("#nav-sidebar a[href$='/catalog/part/']").first.click()
        page.wait_for_url("**q=MT-1**")
        narrowed = page.locator("#result_list tbody tr").count()
        page.locator(".inventory-narrowed a").click()
        page.wait_for_url("**/admin/catalog/part/")

        assert narrowed == 1
        assert page.locator("#result_list tbody tr").count() == 2
