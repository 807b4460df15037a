"""Rows within a form: one is added, another is marked for deletion, and both are saved."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page

from access.models import User
from catalog.models import SupplierPart
from tests.e2e.conftest import SignIn
from tests.webapp.factories import PartFactory, SupplierFactory, SupplierPartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHOOSE = """([place, key, name]) => {
    const field = django.jQuery(`#id_supplier_parts-${place}-supplier`);
    field.append(new Option(name, key, true, true)).trigger('change');
}"""


def suppliers_of(page: Page, part: int) -> None:
    page.goto(page.url.split("/admin/")[0] + f"/admin/catalog/part/{part}/change/")
    page.locator("#tabs-items a[href='#supplier_parts']").click()


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[name=_save]").click()


def test_a_row_is_added_and_another_deleted(
    sign_in: SignIn, administrator: User, complaints: list[str]
) -> None:
    part = PartFactory.create()
    old = SupplierPartFactory.create(part=part, sku="OLD-1")
    new = SupplierFactory.create(name="Tokyo Rotor")
    page = sign_in(administrator)
    suppliers_of(page, part.pk)
    assert page.locator("#supplier_parts-data tbody.empty-form").is_hidden()

    page.locator("#supplier_parts-group a.add-row").click()
    page.evaluate(CHOOSE, [1, str(new.pk), new.name])
    page.fill("#id_supplier_parts-1-sku", "NEW-1")
    page.fill("#id_supplier_parts-1-pack_quantity", "5")
    page.locator("#supplier_parts-data tbody.original label:has(.delete)").first.click()

    assert page.locator("#id_supplier_parts-0-DELETE").is_checked()
    assert page.get_by_text("This item will be deleted.").first.is_visible()
    save(page)
    [kept] = SupplierPart.objects.filter(part=part)
    assert (kept.sku, kept.supplier, kept.pack_quantity) == ("NEW-1", new, Decimal(5))
    assert not SupplierPart.objects.filter(pk=old.pk).exists()
    assert complaints == []


def test_a_deletion_is_taken_back(sign_in: SignIn, administrator: User) -> None:
    offer = SupplierPartFactory.create(sku="OLD-1")
    page = sign_in(administrator)
    suppliers_of(page, offer.part_id)

    page.locator("#supplier_parts-data tbody.original label:has(.delete)").first.click()
    page.get_by_text("Click to cancel").first.click()

    assert not page.locator("#id_supplier_parts-0-DELETE").is_checked()
    save(page)
    assert SupplierPart.objects.get().sku == "OLD-1"
