"""Giving and denying rights, through the browsers of two people."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.models import User
from stock.models import Location
from tests.e2e.conftest import SignIn
from tests.webapp.factories import LocationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_right_given_or_denied_holds_in_the_open_browser_of_the_other(
    language: str,
    sign_in: SignIn,
    administrator: User,
    storekeeper: User,
    complaints: list[str],
) -> None:
    manager = sign_in(administrator, language=language)
    keeper = sign_in(storekeeper, language=language)
    issue = reverse("admin:stock_issue")
    go(keeper, issue)
    expect(keeper.locator("#id_lines-0-quantity")).to_be_visible()

    decide(manager, storekeeper, "issue_stock", "deny")
    go(keeper, issue)
    expect(keeper.locator("#id_lines-0-quantity")).to_have_count(0)
    expect(keeper.locator(f'a[href="{issue}"]')).to_have_count(0)

    decide(manager, storekeeper, "issue_stock", "roles")
    go(keeper, issue)
    expect(keeper.locator("#id_lines-0-quantity")).to_be_visible()
    assert [text for text in complaints if "403" not in text] == []


def test_a_denied_page_says_which_right_is_missing(
    sign_in: SignIn, general: User, complaints: list[str]
) -> None:
    page = sign_in(general)

    go(page, reverse("admin:stock_receive"))

    expect(page.locator("body")).to_contain_text("receive")
    expect(page.locator("#id_lines-0-quantity")).to_have_count(0)
    assert [text for text in complaints if "403" not in text] == []


def test_rights_are_decided_about_by_the_keyboard_alone(
    sign_in: SignIn, administrator: User, general: User, complaints: list[str]
) -> None:
    page = sign_in(administrator, width=800)
    go(page, rights(general))

    first = page.locator(".rights-decision input:checked").first
    first.focus()
    name = first.get_attribute("name")
    page.keyboard.press("ArrowRight")  # from "as the roles say" to "give"
    page.keyboard.press("Enter")

    expect(page.locator(".rights-yes").first).to_be_visible()
    expect(page.locator(f'input[name="{name}"][value="allow"]')).to_be_checked()
    assert general.user_permissions.count() == 1
    assert complaints == []


def test_a_storekeeper_is_limited_to_a_place_found_by_search(
    sign_in: SignIn, administrator: User, storekeeper: User, complaints: list[str]
) -> None:
    shelf: Location = LocationFactory.create(name_ja="棚A", name_en="Shelf A")
    LocationFactory.create(name_ja="作業台", name_en="Bench")
    page = sign_in(administrator)
    go(page, rights(storekeeper))

    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").first.type("shelf")
    page.locator(".select2-results__option", has_text="Shelf A").click()
    save(page)
    assert list(storekeeper.locations.all()) == [shelf]

    keeper = sign_in(storekeeper)
    go(keeper, reverse("admin:stock_receive"))
    expect(keeper.locator("#id_lines-0-location")).to_have_value(str(shelf.pk))
    assert complaints == []


def test_my_rights_are_two_clicks_away(
    sign_in: SignIn, general: User, complaints: list[str]
) -> None:
    page = sign_in(general)

    page.locator(f'a[href="{reverse("admin:access_my_rights")}"]').first.evaluate("a => a.click()")

    page.wait_for_url("**/my-rights/")
    expect(page.locator(".rights-yes").first).to_be_visible()
    expect(page.locator(".rights-table input")).to_have_count(0)
    assert complaints == []


def rights(user: User) -> str:
    return reverse("admin:access_user_rights", args=[user.pk])


def go(page: Page, path: str) -> None:
    origin = "/".join(page.url.split("/")[:3])
    page.goto(f"{origin}{path}")


def decide(page: Page, user: User, codename: str, decision: str) -> None:

    go(page, rights(user))
    pk = Permission.objects.get(codename=codename).pk
    page.locator(f'input[name="right_{pk}"][value="{decision}"]').check()
    save(page)


def save(page: Page) -> None:
    page.locator(".rights-save button").click()
    page.wait_for_load_state()
    expect(page.locator(".rights-save button")).to_be_visible()
