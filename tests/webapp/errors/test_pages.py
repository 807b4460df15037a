"""Pages of errors: what happened, what to do, whom to ask, and the number to quote."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from access.models import User
from core import error_pages
from tests.webapp.cast import ClientOf

pytestmark = pytest.mark.django_db

HEADINGS = {
    "400": "The request cannot be read",
    "404": "There is no such page",
    "413": "That is too much at once",
    "429": "Too many attempts",
    "500": "Something went wrong here",
    "503": "The system cannot answer at the moment",
}


@pytest.fixture(autouse=True)
def _contact(settings: Settings) -> None:
    settings.SUPPORT_CONTACT = "IT desk, extension 4711"


def text(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def failing(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    """The answer to a page of the admin that fails with `error`."""

    def fail(*args: object, **kwargs: object) -> HttpResponse:
        raise error

    monkeypatch.setattr("dashboard.views.dashboard_callback", fail)
    client.raise_request_exception = False
    return client.get("/admin/")


class TestEveryPage:
    def test_says_what_happened_whom_to_ask_and_what_to_quote(
        self, client_of: ClientOf, general: User
    ) -> None:
        response = client_of(general).get("/admin/nowhere/")

        assert response.status_code == 404
        assert HEADINGS["404"] in text(response)
        assert "IT desk, extension 4711" in text(response)
        assert str(uuid.UUID(response.headers["X-Request-ID"])) in text(response)
        assert timezone.localtime().strftime("%H:") in text(response)

    def test_is_in_the_users_language(self, client_of: ClientOf, general: User) -> None:
        response = client_of(general, language="ja").get("/admin/nowhere/")

        assert '<html lang="ja">' in response.content.decode()

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_is_in_the_browsers_language_where_nobody_is_signed_in(self, language: str) -> None:
        response = Client().get("/nowhere/", headers={"accept-language": language})

        assert f'<html lang="{language}">' in response.content.decode()

    def test_leads_back_to_the_page_before_if_it_is_ours(
        self, client_of: ClientOf, general: User
    ) -> None:
        client = client_of(general)

        ours = client.get("/admin/nowhere/", headers={"referer": "http://testserver/admin/?a=1"})
        strange = client.get("/admin/nowhere/", headers={"referer": "https://example.org/"})

        assert 'href="http://testserver/admin/?a=1"' in ours.content.decode()
        assert "example.org" not in strange.content.decode()

    def test_is_kept_by_no_cache(self, client_of: ClientOf, general: User) -> None:
        assert "no-store" in client_of(general).get("/admin/nowhere/").headers["Cache-Control"]

    @override_settings(SUPPORT_CONTACT="")
    def test_sends_to_an_administrator_where_no_contact_is_set(self) -> None:
        assert "Whom to ask an administrator" in text(
            Client().get("/nowhere/", headers={"accept-language": "en"})
        )


class TestTooLarge:
    def test_names_the_limit_of_fields(
        self, client_of: ClientOf, administrator: User, settings: Settings
    ) -> None:
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

        response = client_of(administrator).post(
            "/admin/catalog/part/add/", {f"f{n}": "1" for n in range(5)}
        )

        assert response.status_code == 413
        assert HEADINGS["413"] in text(response)
        assert "At most 3 fields" in text(response)

    def test_names_the_limit_of_the_body(
        self, client_of: ClientOf, administrator: User, settings: Settings
    ) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

        response = client_of(administrator).post(
            "/admin/catalog/part/add/",
            "name=" + "x" * 1_100_000,
            content_type="application/x-www-form-urlencoded",
        )

        assert response.status_code == 413
        assert "At most 1.0 MB" in text(response)


class TestBadRequest:
    def test_of_a_strange_host_says_nothing_of_it(self) -> None:
        with override_settings(ALLOWED_HOSTS=["inventory.example"]):
            response = Client().get("/admin/", headers={"host": "evil.example"})

        assert response.status_code == 400
        assert "evil.example" not in response.content.decode()


class TestForms:
    def test_of_a_session_that_ended_say_that_nothing_was_recorded(
        self, administrator: User
    ) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(administrator)

        response = client.post("/admin/catalog/part/add/", headers={"accept-language": "en"})

        assert response.status_code == 403
        assert "This page was open for too long" in text(response)
        assert response.headers["X-Request-ID"] in text(response)


class TestTooManyRequests:
    def test_says_until_when(self, rf: RequestFactory) -> None:
        until = timezone.now() + timedelta(minutes=15)

        response = error_pages.too_many_requests(rf.get("/"), until=until)

        assert response.status_code == 429
        assert 890 <= int(response.headers["Retry-After"]) <= 900
        assert HEADINGS["429"] in text(response)
        assert timezone.localtime(until).strftime("%H:%M") in text(response)

    def test_says_so_without_knowing_until_when(self, rf: RequestFactory) -> None:
        assert "for a while" in text(error_pages.too_many_requests(rf.get("/")))


class TestFailure:
    def test_shows_nothing_of_itself(
        self, client_of: ClientOf, general: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        response = failing(client_of(general), monkeypatch, RuntimeError("secret-of-the-code"))

        assert response.status_code == 500
        assert HEADINGS["500"] in text(response)
        assert "secret-of-the-code" not in response.content.decode()
        assert "Traceback" not in response.content.decode()

    def test_is_logged_once_with_its_stack(
        self,
        client_of: ClientOf,
        general: User,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        failing(client_of(general), monkeypatch, RuntimeError("secret-of-the-code"))

        [record] = [r for r in caplog.records if r.levelname == "ERROR"]
        assert record.exc_info is not None
        assert "secret-of-the-code" in str(record.exc_info[1])

    def test_of_the_database_says_when_to_come_back(
        self, client_of: ClientOf, general: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        response = failing(client_of(general), monkeypatch, OperationalError("no connection"))

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert HEADINGS["503"] in text(response)
        assert "The database cannot be reached" in text(response)

    @pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "413", "429", "500", "503"])
    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_pages_need_no_database(
        self, name: str, language: str, django_assert_num_queries: Any, rf: RequestFactory
    ) -> None:
        with translation.override(language), django_assert_num_queries(0):
            response = error_pages._page(rf.get("/"), 500, template=f"{name}.html")

        assert settings.SUPPORT_CONTACT in text(response)
