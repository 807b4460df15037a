"""Every page of the side bar, for every role, in both languages, without a complaint."""

import pytest
from playwright.sync_api import Page

from access.models import User
from tests.e2e.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROLES = ["administrator", "storekeeper", "buyer", "general", "auditor"]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_side_bar_opens(
    role: str,
    language: str,
    sign_in: SignIn,
    imported: None,
    complaints: list[str],
    request: pytest.FixtureRequest,
) -> None:
    page = sign_in(request.getfixturevalue(role), language=language)
    addresses = side_bar(page)

    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert page.locator("html").get_attribute("lang") == language

    assert len(addresses) >= 8
    assert complaints == []


def test_shows_each_role_only_what_it_may_open(
    sign_in: SignIn, imported: None, general: User, storekeeper: User
) -> None:
    work = {
        f"stock/stockmovement/{name}/" for name in ("receive", "issue", "transfer", "stocktake")
    }

    reader = {address.split("/admin/")[1] for address in side_bar(sign_in(general))}
    keeper = {address.split("/admin/")[1] for address in side_bar(sign_in(storekeeper))}

    assert work <= keeper
    assert not reader & {*work, "access/user/", "exchange/importrun/"}
    assert {"catalog/part/", "stock/stocklevel/"} <= reader


def test_tells_who_may_not_open_a_page(sign_in: SignIn, imported: None, general: User) -> None:
    page = sign_in(general)

    answer = page.goto(page.url + "stock/stockmovement/receive/")

    assert answer is not None
    assert answer.status == 403


def test_keeps_the_language_chosen(sign_in: SignIn, imported: None, general: User) -> None:
    page = sign_in(general, language="en")
    page.get_by_text(str(general)).locator("visible=true").first.click()
    page.click("button:has-text('日本語')")
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "ja"

    # Another browser, which asks for English: the choice is the user's.
    elsewhere = sign_in(general, language="en")

    assert elsewhere.locator("html").get_attribute("lang") == "ja"


def side_bar(page: Page) -> list[str]:
    """The addresses that the side bar offers."""
    links = page.locator("#nav-sidebar-apps a, #nav-sidebar a").evaluate_all(
        "links => links.map(link => link.href)"
    )
    return sorted({link for link in links if "/admin/" in link and "logout" not in link})
