"""Two people edit one part, each in a browser of their own."""

import pytest
from playwright.sync_api import Page

from access.models import User
from catalog.models import Part
from tests.e2e.conftest import SignIn
from tests.webapp.factories import PartFactory, SupplierPartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[name=_continue], input[name=_continue]").first.click()


@pytest.mark.parametrize("width", [1400, 800])
def test_the_second_is_told_compares_and_saves(
    width: int, sign_in: SignIn, administrator: User, buyer: User, complaints: list[str]
) -> None:
    part = PartFactory.create(number="MT-1", name_en="Motor", name_ja="モーター")
    SupplierPartFactory.create(part=part, sku="TR-1")
    first, second = sign_in(administrator), sign_in(buyer, width=width)
    address = f"/admin/catalog/part/{part.pk}/change/"
    for page in (first, second):
        page.goto(page.url.split("/admin/")[0] + address)
    first.fill("#id_name_en", "Engine")
    first.fill("#id_name_ja", "原動機")
    save(first)

    second.fill("#id_name_en", "Drive")
    save(second)

    conflict = second.locator("#conflict")
    assert "Changed by somebody else meanwhile" in conflict.inner_text()
    assert administrator.display_name in conflict.inner_text()
    assert second.evaluate("document.activeElement.id") == "conflict"
    assert second.input_value("#id_name_en") == "Drive"
    assert second.input_value("#id_name_ja") == "原動機"
    assert second.get_attribute("#id_name_en", "aria-invalid") == "true"
    told = second.get_attribute("#id_name_en", "aria-describedby") or ""
    assert "Engine" in second.locator(f"#{told.split()[-1]}").inner_text()
    assert conflict.bounding_box()["width"] <= width  # type: ignore[index]  # it is there
    save(second)
    now = Part.objects.get(pk=part.pk)
    assert (now.name_en, now.name_ja) == ("Drive", "原動機")
    assert complaints == []
