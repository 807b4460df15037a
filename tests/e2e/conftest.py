"""A real browser against the real application on a real database."""

import os
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from access.models import User
from catalog.models import Part
from demo.loading import DATA
from stock import services
from stock.entries import Line
from stock.models import Location
from tests.webapp.cast import PASSWORD
from tests.webapp.factories import LocationFactory

type SignIn = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _compiled_messages() -> None:
    from devtools.messages import compile_catalogs

    compile_catalogs()


@pytest.fixture(scope="session", autouse=True)
def _playwright_runs_a_loop() -> Iterator[None]:
    """Playwright's loop makes Django think that queries come from asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console and the server complained about; a test ends with none."""
    return []


@pytest.fixture
def sign_in(
    browser: Browser, live_server: LiveServer, complaints: list[str], tmp_path: Path
) -> Iterator[SignIn]:
    """``sign_in(user, language="ja")``: a page on which that person has signed in by typing."""
    contexts: list[BrowserContext] = []

    def go(user: User, *, language: str = "en", width: int = 1400) -> Page:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error"
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.goto(f"{live_server.url}/admin/")
        page.fill("[name=login]", user.username)
        page.fill("[name=password]", PASSWORD)
        page.click("#login-form button[type=submit]")
        page.wait_for_url("**/admin/")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def imported(transactional_db: None) -> None:
    """The drone maker's small catalogue, loaded the way users load theirs."""
    call_command("import_catalogue", str(DATA / "drone"), verbosity=0)


type StockOf = Callable[[Part, int], Location]


@pytest.fixture
def stock_of(storekeeper: User) -> StockOf:
    """``stock_of(part, 5)``: so many of the part at a new location."""

    def put(part: Part, quantity: int) -> Location:
        location: Location = LocationFactory.create()
        services.receive(
            lines=[Line(part=part, location=location, quantity=Decimal(quantity))],
            reason="Opening",
            by=storekeeper,
            at=timezone.now(),
            key=uuid.uuid4(),
        )
        return location

    return put
