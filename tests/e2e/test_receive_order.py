"""A delivery through the browser: in part, with lots and serial numbers, refused and mended."""

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from access.models import User
from catalog.models import Part, Supplier, SupplierPart, Tracking
from purchasing.models import GoodsReceipt, PurchaseOrder
from stock.models import Location, Lot
from tests.e2e.conftest import SignIn
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    level,
    now,
    ordered,
    wanted,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create(name_ja="棚A", name_en="Shelf A")


@pytest.fixture
def bench() -> Location:
    return LocationFactory.create(name_ja="作業台", name_en="Bench")


@pytest.fixture
def supplier() -> Supplier:
    return SupplierFactory.create(name="Tokyo Rotor")


@pytest.fixture
def roll(supplier: Supplier) -> SupplierPart:
    """Wire by the metre, sold in rolls of 100 ft."""
    wire = PartFactory.create(number="WR-18", name_ja="電線", name_en="Wire", unit="m")
    return SupplierPartFactory.create(
        part=wire, supplier=supplier, sku="W-100FT", pack_quantity=100, pack_unit="ft"
    )


@pytest.fixture
def battery() -> Part:
    return PartFactory.create(
        number="BT-6S", name_ja="電池", name_en="Battery", tracking=Tracking.LOT
    )


@pytest.fixture
def controller() -> Part:
    return PartFactory.create(
        number="FC-H7", name_ja="制御装置", name_en="Controller", tracking=Tracking.SERIAL
    )


@pytest.fixture
def order(
    roll: SupplierPart, battery: Part, controller: Part, buyer: User, shelf: Location
) -> PurchaseOrder:
    """Three rolls, ten batteries, four controllers, to shelf A."""
    return ordered(
        wanted(roll, 3),
        wanted(battery, 10),
        wanted(controller, 4),
        by=buyer,
        supplier=roll.supplier,
        destination=shelf,
    )


def open_page(page: Page, order: PurchaseOrder) -> Page:
    page.goto(f"{page.url}purchasing/purchaseorder/{order.pk}/receive/")
    return page


def of(page: Page, part: str) -> Locator:
    """The line of a part."""
    return page.locator("[data-line]", has_text=part)


def fill(line: Locator, name: str, text: str, row: int = 0) -> None:
    line.locator(f'[name$="-{name}"]').nth(row).fill(text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_receives_in_part_with_two_lots_and_pasted_serial_numbers(
    language: str,
    sign_in: SignIn,
    storekeeper: User,
    order: PurchaseOrder,
    bench: Location,
    complaints: list[str],
) -> None:
    page = open_page(sign_in(storekeeper, language=language), order)
    wires, batteries, controllers = of(page, "WR-18"), of(page, "BT-6S"), of(page, "FC-H7")

    page.fill("#id_delivery_note", "DN-2026-11")
    fill(wires, "quantity", "１")  # full-width, as an IME leaves it
    expect(wires.locator("[data-converted]")).to_have_text("= 30.48 m")
    fill(batteries, "lot", "L-1")
    fill(batteries, "quantity", "6")
    batteries.locator("[data-split]").click()
    page.keyboard.type("L-2")  # the new row has the focus
    fill(batteries, "quantity", "4", row=1)
    shown = "作業台" if language == "ja" else "Bench"
    search_place(page, batteries, row=1, term="bench", found=shown)
    fill(controllers, "quantity", "3")
    fill(controllers, "serials", "SN-1, SN-2\tＳＮ-3")
    expect(controllers.locator("[data-count]")).to_contain_text("3")
    page.click("button[name=_save]")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    receipt = GoodsReceipt.objects.get()
    expect(page.locator("body")).to_contain_text(receipt.number)
    assert receipt.delivery_note == "DN-2026-11"
    shelf, part = order.destination, {line.part.number: line.part for line in order.lines.all()}
    assert shelf
    assert level(part["WR-18"], shelf) == Decimal("30.48")
    assert level(part["BT-6S"], shelf, "L-1") == Decimal(6)
    assert level(part["BT-6S"], bench, "L-2") == Decimal(4)
    serials = Lot.objects.filter(part=part["FC-H7"]).order_by("serial")
    assert [lot.serial for lot in serials] == ["SN-1", "SN-2", "SN-3"]
    assert now(order).state == "partial"
    assert complaints == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_mends_an_over_receipt_without_losing_what_was_typed(
    language: str,
    sign_in: SignIn,
    storekeeper: User,
    order: PurchaseOrder,
    battery: Part,
    shelf: Location,
    complaints: list[str],
) -> None:
    page = open_page(sign_in(storekeeper, language=language), order)
    batteries = of(page, "BT-6S")
    fill(batteries, "lot", "L-1")
    fill(batteries, "quantity", "7")
    batteries.locator("[data-split]").click()
    page.keyboard.type("L-2")
    fill(batteries, "quantity", "7", row=1)
    page.click("button[name=_save]")

    alert = batteries.locator("[data-row]").nth(1).get_by_role("alert")
    expect(alert).to_contain_text("14")
    expect(alert).to_contain_text("10")
    expect(batteries.locator('[name$="-lot"]').first).to_have_value("L-1")
    assert not GoodsReceipt.objects.exists()
    batteries.locator("[data-remove]").last.click()
    page.click("button[name=_save]")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    assert level(battery, shelf, "L-1") == 7
    assert complaints == []


def test_records_a_double_click_once(
    sign_in: SignIn, storekeeper: User, order: PurchaseOrder, roll: SupplierPart, shelf: Location
) -> None:
    page = open_page(sign_in(storekeeper), order)
    fill(of(page, "WR-18"), "quantity", "1")

    page.dblclick("button[name=_save]")
    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")

    assert GoodsReceipt.objects.count() == 1
    assert level(roll.part, shelf) == Decimal("30.48")


def test_takes_everything_as_it_was_ordered(
    sign_in: SignIn,
    storekeeper: User,
    order: PurchaseOrder,
    complaints: list[str],
) -> None:
    page = open_page(sign_in(storekeeper), order)

    page.click("button[name=_everything]")
    expect(of(page, "WR-18").locator('[name$="-quantity"]')).to_have_value("3")
    expect(page.locator("[data-entered]")).to_contain_text("3 / 3")
    expect(of(page, "FC-H7").locator("[data-count]")).to_have_text("0 of 4 entered")
    fill(of(page, "BT-6S"), "lot", "L-1")
    fill(of(page, "FC-H7"), "serials", "S1\nS2\nS3\nS4")
    page.click("button[name=_save]")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    assert now(order).state == "received"
    assert complaints == []


def test_works_by_keyboard_alone_and_with_a_scanner(
    sign_in: SignIn, storekeeper: User, order: PurchaseOrder, battery: Part, shelf: Location
) -> None:
    """A scanner ends with Enter: it goes to the next field, and records nothing by itself."""
    page = open_page(sign_in(storekeeper), order)
    of(page, "BT-6S").locator('[name$="-quantity"]').focus()

    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.keyboard.type("L-7")
    page.keyboard.press("Enter")
    assert not GoodsReceipt.objects.exists()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "_save":
            break
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    assert level(battery, shelf, "L-7") == 2


def test_goes_on_after_a_look_when_somebody_else_received_meanwhile(
    sign_in: SignIn,
    storekeeper: User,
    administrator: User,
    order: PurchaseOrder,
    roll: SupplierPart,
    shelf: Location,
    complaints: list[str],
) -> None:
    page = open_page(sign_in(storekeeper), order)
    wires = of(page, "WR-18")
    fill(wires, "quantity", "1")
    arrive(order, arrival(order.lines.get(part=roll.part), 1, shelf), by=administrator)

    page.click("button[name=_save]")
    expect(page.get_by_role("alert")).to_contain_text(str(administrator))
    expect(wires).to_contain_text("is 1 now")
    expect(wires.locator('[name$="-quantity"]')).to_have_value("1")
    page.click("button[name=_save]")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    assert level(roll.part, shelf) == Decimal("60.96")
    assert complaints == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_takes_a_receipt_back(
    language: str,
    sign_in: SignIn,
    storekeeper: User,
    order: PurchaseOrder,
    roll: SupplierPart,
    shelf: Location,
    complaints: list[str],
) -> None:
    receipt = arrive(order, arrival(order.lines.get(part=roll.part), 2, shelf), by=storekeeper)
    page = sign_in(storekeeper, language=language)
    page.goto(f"{page.url}purchasing/goodsreceipt/{receipt.pk}/change/")

    page.click(f"a[href$='/goodsreceipt/{receipt.pk}/reverse/']")
    expect(page.locator(".receipt-lines")).to_contain_text("-60.96 m")
    page.click("form.inventory-form button[type=submit]")
    expect(page.locator(".inventory-error")).to_be_visible()
    page.fill("#id_reason", "Wrong order")
    page.click("form.inventory-form button[type=submit]")

    page.wait_for_url("**/goodsreceipt/*/change/")
    reversal = GoodsReceipt.objects.get(reverses=receipt)
    expect(page.locator(".receipt-note")).to_contain_text(receipt.number)
    expect(page.locator("body")).to_contain_text(reversal.number)
    assert level(roll.part, shelf) == 0
    assert now(order).state == "ordered"
    assert complaints == []


def test_receives_without_the_script_of_the_page(
    sign_in: SignIn, storekeeper: User, order: PurchaseOrder, roll: SupplierPart, shelf: Location
) -> None:
    page = sign_in(storekeeper)
    page.route("**/receiving*.js", lambda route: route.abort())
    open_page(page, order)
    wires = of(page, "WR-18")

    expect(wires.locator("[data-split]")).to_be_hidden()
    fill(wires, "quantity", "2")
    page.click("button[name=_save]")

    page.wait_for_url(f"**/purchaseorder/{order.pk}/change/")
    assert level(roll.part, shelf) == Decimal("60.96")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_fits_a_tablet(
    language: str, sign_in: SignIn, storekeeper: User, order: PurchaseOrder, shelf: Location
) -> None:
    line = order.lines.earliest("position")
    receipt = arrive(order, arrival(line, 1, shelf), by=storekeeper)
    page = sign_in(storekeeper, language=language, width=800)
    start = page.url

    for address in (
        f"purchaseorder/{order.pk}/receive/",
        f"goodsreceipt/{receipt.pk}/change/",
        f"goodsreceipt/{receipt.pk}/reverse/",
    ):
        page.goto(f"{start}purchasing/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 800, address


def search_place(page: Page, line: Locator, *, row: int, term: str, found: str) -> None:
    """Type into the search for a location and take the row found."""
    line.locator("[data-row]").nth(row).locator(".select2").click()
    page.fill(".select2-container--open .select2-search__field", term)
    page.locator(".select2-results__option", has_text=found).first.click()
