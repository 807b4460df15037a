"""Work without a mouse: nothing clicks, and fields are found by the names they are read with."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page

from access.models import User
from catalog.models import Part
from purchasing.models import GoodsReceipt
from tests.e2e.conftest import SignIn, StockOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    level,
    ordered,
    wanted,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_STEPS = 150
# As a screen reader says it: without what is only there to be seen.
NAME = """() => {
  const own = document.activeElement;
  const heard = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true], style, script").forEach((part) => part.remove());
    return copy.textContent;
  };
  const label = own.labels && own.labels.length ? heard(own.labels[0]) : "";
  const name = own === document.body ? "" : own.getAttribute("aria-label") || label || heard(own);
  return name.replace(/\\s+/g, " ").trim();
}"""


@pytest.fixture
def motor() -> Part:
    return PartFactory.create(number="MT-2207", name_ja="モーター", name_en="Motor")


def test_receives(sign_in: SignIn, storekeeper: User, motor: Part, complaints: list[str]) -> None:
    shelf = LocationFactory.create(name_en="Shelf A", name_ja="棚A")
    page = sign_in(storekeeper)
    tab_to(page, "Receive")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receive/")

    tab_to(page, "Part")
    choose(page, "MT-2207")
    tab_to(page, "Location")
    choose(page, "Shelf A")
    tab_to(page, "Quantity")
    page.keyboard.type("12")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/catalog/part/{motor.pk}/change/")
    assert level(motor, shelf) == Decimal(12)
    assert complaints == []


def test_issues_and_mends_what_was_refused(
    sign_in: SignIn, storekeeper: User, motor: Part, stock_of: StockOf
) -> None:
    place = stock_of(motor, 5)
    page = sign_in(storekeeper)
    page.goto(page.url + f"stock/stockmovement/issue/?part={motor.pk}&location={place.pk}")
    tab_to(page, "Quantity")
    page.keyboard.type("9")
    tab_to(page, "Record the issue")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")

    # The keyboard stands where the mistake is told of, and goes on from there.
    page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
    tab_to(page, "Quantity")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/catalog/part/{motor.pk}/change/")
    assert level(motor, place) == Decimal(3)


def test_receives_an_order(
    sign_in: SignIn, storekeeper: User, buyer: User, motor: Part, complaints: list[str]
) -> None:
    shelf = LocationFactory.create(name_en="Shelf A", name_ja="棚A")
    offer = SupplierPartFactory.create(part=motor)
    order = ordered(wanted(offer, 4), by=buyer, supplier=offer.supplier, destination=shelf)
    page = sign_in(storekeeper)
    page.goto(page.url + f"purchasing/purchaseorder/{order.pk}/change/")

    tab_to(page, "Receive", exactly=False, from_top=True, within="main, #content, #main")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receive/")
    tab_to(page, "Packs arrived (MT-2207)")
    page.keyboard.type("4")
    tab_to(page, "Record the receipt")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/purchasing/purchaseorder/{order.pk}/change/")
    assert GoodsReceipt.objects.count() == 1
    assert level(motor, shelf) == Decimal(4)
    assert complaints == []


def tab_to(
    page: Page, name: str, *, exactly: bool = True, from_top: bool = False, within: str = "body"
) -> None:
    """Press Tab until what has the focus is called `name`, or begins so."""
    met = []
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        met.append(page.evaluate(NAME))
        inside = page.evaluate(
            "within => document.activeElement.closest(within) !== null && "
            "document.activeElement.closest('nav, #nav-sidebar') === null || within === 'body'",
            within,
        )
        found = met[-1].removesuffix("*").strip()
        if inside and (found == name or (not exactly and name in found)):
            return
    raise AssertionError(f"{name!r} cannot be reached by Tab; there are {met}")


def choose(page: Page, text: str) -> None:
    """In a search select that has the focus."""
    page.keyboard.press("Enter")
    page.keyboard.type(text)
    page.wait_for_selector(f".select2-results__option--highlighted:has-text('{text}')")
    page.keyboard.press("Enter")
