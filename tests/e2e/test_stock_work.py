"""A storekeeper's day, through the browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from access.models import User
from catalog.models import Part
from stock.models import StockMovement, Stocktake
from tests.e2e.conftest import SignIn, StockOf
from tests.webapp.factories import LocationFactory, PartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def motor() -> Part:
    return PartFactory.create(number="MT-2207", name_ja="モーター", name_en="Motor")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_receives_a_part_found_by_search(
    language: str, sign_in: SignIn, storekeeper: User, motor: Part, complaints: list[str]
) -> None:
    LocationFactory.create(name_ja="棚A", name_en="Shelf A")
    page = open_page(sign_in(storekeeper, language=language), "receive")

    choose(page, "id_lines-0-part", "ﾓｰﾀｰ", "MT-2207")
    choose(page, "id_lines-0-location", "shelf", "棚A" if language == "ja" else "Shelf A")
    page.fill("#id_lines-0-quantity", "１２")  # full-width digits, as an IME leaves them
    page.click("button[name=_save]")

    page.wait_for_url(f"**/catalog/part/{motor.pk}/change/")
    motor.refresh_from_db()
    assert motor.on_hand == Decimal(12)
    assert complaints == []


def test_books_a_double_click_once(sign_in: SignIn, storekeeper: User, motor: Part) -> None:
    place = LocationFactory.create()
    page = open_page(sign_in(storekeeper), "receive", f"?part={motor.pk}&location={place.pk}")
    page.fill("#id_lines-0-quantity", "3")

    page.dblclick("button[name=_save]")
    page.wait_for_url(f"**/catalog/part/{motor.pk}/change/")

    assert StockMovement.objects.count() == 1


def test_issues_from_the_place_offered(
    sign_in: SignIn, storekeeper: User, motor: Part, stock_of: StockOf, complaints: list[str]
) -> None:
    stock_of(motor, 5)
    page = open_page(sign_in(storekeeper), "issue", f"?part={motor.pk}")

    page.locator(".inventory-chip").first.click()
    page.fill("#id_lines-0-quantity", "9")
    page.click("button[name=_save]")
    expect(page.locator("[role=alert]")).to_contain_text("9 asked for, 5 there")
    assert page.input_value("#id_lines-0-quantity") == "9"  # nothing typed is lost
    page.fill("#id_lines-0-quantity", "2")
    page.click("button[name=_save]")

    page.wait_for_url(f"**/catalog/part/{motor.pk}/change/")
    motor.refresh_from_db()
    assert motor.on_hand == Decimal(3)
    assert complaints == []


def test_counts_a_location_and_sees_the_difference_first(
    sign_in: SignIn, storekeeper: User, motor: Part, stock_of: StockOf, complaints: list[str]
) -> None:
    place = stock_of(motor, 10)
    page = open_page(sign_in(storekeeper), f"stocktake/{place.pk}")

    page.fill("#id_rows-0-counted", "8")
    page.click("button[name=_review]")
    expect(page.locator(".stock-out")).to_have_text("-2")
    assert Stocktake.objects.count() == 0
    page.click("button[name=_post]")

    page.wait_for_url("**/stock/stocktake/*/change/")
    motor.refresh_from_db()
    assert motor.on_hand == Decimal(8)
    assert complaints == []


def test_corrects_a_movement_with_a_reason(
    sign_in: SignIn, storekeeper: User, motor: Part, stock_of: StockOf
) -> None:
    stock_of(motor, 10)
    movement = StockMovement.objects.get()
    page = open_page(sign_in(storekeeper), "correct", f"?movement={movement.pk}")

    page.click("button:has-text('Record the correction')")
    expect(page.locator(".inventory-error")).to_be_visible()
    page.fill("#id_reason", "Wrong part")
    page.click("button:has-text('Record the correction')")

    page.wait_for_url("**/stock/stockmovement/?idempotency_key=*")
    motor.refresh_from_db()
    assert motor.on_hand == 0


def test_works_on_a_tablet_in_the_warehouse(
    sign_in: SignIn, storekeeper: User, motor: Part, stock_of: StockOf
) -> None:
    stock_of(motor, 10)
    page = open_page(sign_in(storekeeper, width=800), "issue", f"?part={motor.pk}")

    wide = page.evaluate("document.documentElement.scrollWidth")

    assert wide <= 800


def open_page(page: Page, name: str, query: str = "") -> Page:
    page.goto(f"{page.url}stock/stockmovement/{name}/{query}")
    return page


def choose(page: Page, field: str, term: str, expected: str) -> None:
    """Type into a search field and take the row found."""
    page.locator(f"#{field} + .select2").click()
    page.fill(".select2-container--open .select2-search__field", term)
    page.locator(".select2-results__option", has_text=expected).first.click()
