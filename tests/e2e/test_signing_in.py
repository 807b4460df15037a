"""Signing in as people do it: by typing, with a telephone at hand, and when something is wrong."""

import re
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from access.models import User
from signin import services
from tests.e2e.conftest import SignIn
from tests.webapp.cast import PASSWORD
from tests.webapp.signin.steps import OTHER_PASSWORD, code, give_second_factor, has_second_factor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

type NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[NewPage]:
    """``new_page()``: the sign-in page, in a browser of its own."""
    contexts: list[BrowserContext] = []

    def go(*, language: str = "en", address: str = "/admin/") -> Page:
        context = browser.new_context(locale=language, viewport={"width": 1400, "height": 900})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(live_server.url + address)
        return page

    yield go
    for context in contexts:
        context.close()


def enter(page: Page, user: User, password: str = PASSWORD) -> None:
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", password)
    page.click("#login-form button[type=submit]")


def enter_code(page: Page, text: str) -> None:
    page.fill("[name=code]", text)
    page.press("[name=code]", "Enter")


def choose(page: Page, password: str, *, present: str = "") -> None:
    if present:
        page.fill("[name=oldpassword]", present)
    page.fill("[name=password1]", password)
    page.fill("[name=password2]", password)
    page.press("[name=password2]", "Enter")


def test_with_the_code_of_an_app(new_page: NewPage, storekeeper: User) -> None:
    """Turned on by oneself, from the picture's key; then asked for at the next sign-in."""
    page = new_page()
    expect(page.locator("[name=login]")).to_be_focused()
    enter(page, storekeeper)
    page.wait_for_url("**/admin/")
    page.goto(page.url.replace("/admin/", "/account/second-factor/"))
    page.click("text=Turn on")
    expect(page.locator("img.inventory-qr")).to_be_visible()
    assert page.evaluate("document.querySelector('img.inventory-qr').naturalWidth") > 0
    page.click("summary")
    secret = page.inner_text("#totp-secret")
    enter_code(page, code(secret))
    page.wait_for_url("**/second-factor/codes/")
    assert page.locator(".inventory-codes li").count() == 10
    assert has_second_factor(storekeeper)
    cache.clear()  # the next code would be half a minute away

    again = new_page()
    enter(again, storekeeper)
    again.wait_for_url("**/second-factor/sign-in/")
    expect(again.locator("[name=code]")).to_be_focused()
    enter_code(again, code(secret))

    again.wait_for_url("**/admin/")


def test_with_a_recovery_code(new_page: NewPage, storekeeper: User) -> None:
    codes = give_second_factor(storekeeper)
    page = new_page()
    enter(page, storekeeper)

    enter_code(page, codes[3])

    page.wait_for_url("**/admin/")


def test_recovery_codes_can_be_kept_as_a_file(
    new_page: NewPage, storekeeper: User, tmp_path: Path
) -> None:
    page = new_page()
    enter(page, storekeeper)
    page.wait_for_url("**/admin/")
    page.goto(page.url.replace("/admin/", "/account/second-factor/on/"))
    page.click("summary")
    enter_code(page, code(page.inner_text("#totp-secret")))
    page.wait_for_url("**/second-factor/codes/")

    with page.expect_download() as download:
        page.click("a[download]")

    download.value.save_as(tmp_path / "codes.txt")
    kept = (tmp_path / "codes.txt").read_text().split()
    assert kept == page.locator(".inventory-codes li").all_inner_texts()


def test_is_locked_after_failures_until_an_administrator_unlocks(
    new_page: NewPage, sign_in: SignIn, storekeeper: User, administrator: User
) -> None:
    page = new_page()
    for _time in range(5):
        enter(page, storekeeper, "not my password")
    expect(page.get_by_role("alert")).to_contain_text("Signing in is locked until")
    page.click("text=Back to sign-in")
    enter(page, storekeeper)
    expect(page.get_by_role("alert")).to_contain_text("Signing in is locked until")

    admin = sign_in(administrator)
    admin.click("text=Failed sign-ins")
    admin.click("button:has-text('Unlock')")
    expect(admin.locator("body")).to_contain_text("storekeeper can sign in again.")

    page.click("text=Back to sign-in")
    enter(page, storekeeper)
    page.wait_for_url("**/admin/")


def test_a_new_user_chooses_a_password_before_anything_else(
    new_page: NewPage, storekeeper: User
) -> None:
    services.require_new_password(storekeeper)
    page = new_page(address="/admin/stock/stocklevel/")
    enter(page, storekeeper)
    page.wait_for_url("**/account/password/")
    page.click("text=Movements")
    page.wait_for_url("**/account/password/")

    choose(page, PASSWORD, present=PASSWORD)
    expect(page.locator("form")).to_contain_text(["other than the present one"])
    choose(page, OTHER_PASSWORD, present=PASSWORD)

    page.wait_for_url("**/admin/")
    storekeeper.refresh_from_db()
    assert storekeeper.check_password(OTHER_PASSWORD)


def test_a_forgotten_password_is_replaced_by_a_link_in_a_mail(
    new_page: NewPage, storekeeper: User, tmp_path: Path, settings: Settings
) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }
    User.objects.filter(pk=storekeeper.pk).update(email="keeper@example.com")
    page = new_page()
    page.click("text=Forgot the password?")
    page.fill("[name=email]", "keeper@example.com")
    page.press("[name=email]", "Enter")
    expect(page.locator("body")).to_contain_text("a mail with a link is on its way")

    page.goto(link_of_mail(tmp_path))
    choose(page, OTHER_PASSWORD)
    expect(page.locator("body")).to_contain_text("The new password holds from now on.")
    page.click("a:has-text('Sign in')")
    enter(page, storekeeper, OTHER_PASSWORD)

    page.wait_for_url("**/admin/")


def link_of_mail(folder: Path) -> str:
    """The mail leaves a moment after the page has come."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for file in folder.glob("*.log"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if found := re.search(r"http://\S+/\s", mail.get_content()):
                return found.group().strip()
        time.sleep(0.05)
    pytest.fail("no mail came")


def test_other_devices_can_be_signed_out(new_page: NewPage, storekeeper: User) -> None:
    elsewhere, here = new_page(), new_page()
    enter(elsewhere, storekeeper)
    elsewhere.wait_for_url("**/admin/")
    enter(here, storekeeper)
    here.wait_for_url("**/admin/")
    here.get_by_text(str(storekeeper)).locator("visible=true").first.click()
    here.click("a:has-text('Devices')")
    expect(here.locator("tbody tr")).to_have_count(2)
    expect(here.locator("tbody")).to_contain_text("this device")

    here.click("button:has-text('Sign out everywhere else')")

    expect(here.locator("tbody tr")).to_have_count(1)
    elsewhere.reload()
    elsewhere.wait_for_url("**/account/login/**")


def test_who_does_nothing_is_signed_out_and_comes_back_to_the_page(
    new_page: NewPage, storekeeper: User, settings: Settings
) -> None:
    page = new_page(address="/admin/stock/stocklevel/")
    enter(page, storekeeper)
    page.wait_for_url("**/stocklevel/")
    settings.SESSION_IDLE_MINUTES = 0
    time.sleep(1.1)  # times are kept in whole seconds

    page.reload()

    expect(page.locator("body")).to_contain_text("You were signed out because nothing was done")
    settings.SESSION_IDLE_MINUTES = 60
    enter(page, storekeeper)
    page.wait_for_url("**/stocklevel/")


def test_the_language_can_be_chosen_before_signing_in(new_page: NewPage, storekeeper: User) -> None:
    page = new_page(language="en", address="/admin/stock/stocklevel/")
    assert page.locator("html").get_attribute("lang") == "en"

    page.click("button:has-text('日本語')")

    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "ja"
    enter(page, storekeeper)
    page.wait_for_url("**/stocklevel/")
    assert page.locator("html").get_attribute("lang") == "ja"


def test_signing_out_ends_at_the_sign_in_page(sign_in: SignIn, storekeeper: User) -> None:
    page = sign_in(storekeeper)
    page.get_by_text(str(storekeeper)).locator("visible=true").first.click()

    page.click("#logout-form button")

    page.wait_for_url("**/account/login/")
    expect(page.locator("body")).to_contain_text("You are signed out.")
