"""An order from low stock to received, through the browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from access.models import User
from catalog.models import Part
from purchasing.models import ApprovalLimit, PurchaseOrder, ReorderProposal
from tests.e2e.conftest import SignIn, StockOf
from tests.e2e.test_stock_work import choose
from tests.webapp.factories import PartFactory, SupplierFactory, SupplierPartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ORDERS = "purchasing/purchaseorder/"
WORDS = {
    "en": {"approve": "Approve", "place": "Mark as ordered", "everything": "Everything arrived"},
    "ja": {"approve": "承認", "place": "発注済みにする", "everything": "全数入荷"},
}


@pytest.fixture
def motor() -> Part:
    """Falls to its reorder point with the next issue."""
    part = PartFactory.create(
        number="MT-2207",
        name_ja="モーター",
        name_en="Motor",
        reorder_point=Decimal(10),
        target_quantity=Decimal(30),
    )
    SupplierPartFactory.create(
        part=part,
        supplier=SupplierFactory.create(name="Tokyo Rotor"),
        sku="TR-7",
        pack_quantity=Decimal(7),
        unit_price=Decimal(1200),
        currency="JPY",
        preferred=True,
    )
    return part


@pytest.mark.parametrize("language", ["ja", "en"])
def test_follows_an_order_from_low_stock_to_received(
    language: str,
    sign_in: SignIn,
    storekeeper: User,
    buyer: User,
    motor: Part,
    stock_of: StockOf,
    complaints: list[str],
) -> None:
    words = WORDS[language]
    place = stock_of(motor, 12)

    keeper = sign_in(storekeeper, language=language)
    admin = keeper.url
    keeper.goto(f"{admin}stock/stockmovement/issue/?part={motor.pk}&location={place.pk}")
    keeper.fill("#id_lines-0-quantity", "5")
    keeper.click("button[name=_save]")
    keeper.wait_for_url(f"**/catalog/part/{motor.pk}/change/")
    order = PurchaseOrder.objects.get()
    expect(keeper.locator(".part-panel")).to_contain_text(order.number)

    page = sign_in(buyer, language=language)
    page.goto(f"{admin}{ORDERS}?waiting=yes")
    page.click(f"#result_list a:has-text('{order.number}')")
    expect(page.locator(".order-lines")).to_contain_text("= 28")  # 30 - 7 = 23 → 4 packs of 7
    press(page, words["approve"])
    press(page, words["place"])
    page.fill("#id_reference", "S-100")
    page.click("button.is-primary")
    page.wait_for_url(f"**/{ORDERS}{order.pk}/change/")
    expect(page.locator(".order-facts")).to_contain_text("S-100")

    keeper.goto(f"{admin}{ORDERS}{order.pk}/receive/")
    keeper.click(f"button:has-text('{words['everything']}')")
    if keeper.url.endswith("/receive/"):
        keeper.click("button[name=_save]")
    keeper.wait_for_url(f"**/{ORDERS}{order.pk}/change/")

    motor.refresh_from_db()
    order.refresh_from_db()
    assert order.state == "received"
    assert (motor.on_hand, motor.on_order) == (Decimal(35), Decimal(0))
    assert ReorderProposal.objects.get().state == "accepted"
    assert complaints == []


def test_makes_a_draft_by_search_and_sends_it_for_approval(
    sign_in: SignIn, buyer: User, administrator: User, motor: Part, complaints: list[str]
) -> None:
    ApprovalLimit.objects.create(currency="JPY", second_person_above=Decimal(2000))
    page = sign_in(buyer)
    page.goto(f"{page.url}{ORDERS}add/")

    choose(page, "id_lines-0-part", "ﾓｰﾀｰ", "MT-2207")
    expect(page.locator("#id_lines-0-unit_price")).to_have_value("1200")
    expect(page.locator("[data-offers]").first).to_contain_text("7 pcs")
    page.fill("#id_lines-0-quantity", "２")
    page.dblclick("button.is-primary")
    page.wait_for_url("**/change/")
    press(page, "Ask for approval")
    press(page, "Approve")
    expect(page.locator("body")).to_contain_text("above what one person may order alone")
    second = sign_in(administrator)
    second.goto(page.url)
    press(second, "Approve")

    order = PurchaseOrder.objects.get()
    assert (order.state, order.approved_by) == ("approved", administrator)
    assert complaints == []


def test_tells_the_second_of_two_who_edit_a_draft(
    sign_in: SignIn, buyer: User, administrator: User, motor: Part, stock_of: StockOf
) -> None:
    stock_of(motor, 1)  # at once below the point
    order = PurchaseOrder.objects.get()
    first, second = sign_in(administrator), sign_in(buyer)
    address = f"{first.url}{ORDERS}{order.pk}/edit/"
    first.goto(address)
    second.goto(address)
    expect(second.locator("#id_lines-0-supplier_part + .select2")).to_contain_text("TR-7")
    for page, packs in ((first, "6"), (second, "9")):
        page.fill("#id_lines-0-quantity", packs)

    first.click("button.is-primary")
    first.wait_for_url("**/change/")
    second.click("button.is-primary")

    expect(second.locator("[role=alert]")).to_contain_text("changed after you opened this page")
    expect(second.locator("#id_lines-0-quantity")).to_have_value("9")
    assert order.lines.get().quantity == 6


def test_fits_a_tablet(sign_in: SignIn, buyer: User, motor: Part, stock_of: StockOf) -> None:
    stock_of(motor, 1)
    order = PurchaseOrder.objects.get()
    page = sign_in(buyer, width=800)
    admin = page.url

    for address in ("add/", f"{order.pk}/change/", f"{order.pk}/edit/", f"{order.pk}/cancel/"):
        page.goto(f"{admin}{ORDERS}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 800, address


def press(page: Page, label: str) -> None:
    page.locator(".inventory-actions .inventory-button", has_text=label).first.click()
    page.wait_for_load_state()
