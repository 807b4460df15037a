"""Sessions: where one is signed in, how they end, and what ends them."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from signin.devices import device_name
from tests.webapp.signin.steps import OTHER_PASSWORD, events, is_signed_in, sign_in, text_of

pytestmark = pytest.mark.django_db

LIST = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


def later(**by: int) -> "mock._patch[mock.MagicMock]":
    moment: datetime = timezone.now() + timedelta(**by)
    return mock.patch("signin.session_times.timezone.now", return_value=moment)


class TestTheList:
    def test_shows_device_and_address_of_each(self, client: Client, storekeeper: User) -> None:
        sign_in(Client(), storekeeper, REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT=CHROME)
        sign_in(client, storekeeper, HTTP_USER_AGENT=FIREFOX)

        page = text_of(client.get(LIST))

        assert "Chrome on Windows 203.0.113.7" in page
        assert "Firefox on Linux this device 127.0.0.1" in page

    def test_shows_nobody_elses(self, client: Client, storekeeper: User, buyer: User) -> None:
        sign_in(Client(), buyer, REMOTE_ADDR="203.0.113.7")
        sign_in(client, storekeeper)

        assert "203.0.113.7" not in text_of(client.get(LIST))

    def test_ends_all_others(self, client: Client, storekeeper: User, buyer: User) -> None:
        elsewhere, stranger = Client(), Client()
        sign_in(elsewhere, storekeeper)
        sign_in(stranger, buyer)
        sign_in(client, storekeeper)

        page = client.post(LIST, follow=True)

        assert "You are signed out everywhere else." in text_of(page)
        assert client.get("/admin/").status_code == 200
        assert stranger.get("/admin/").status_code == 200
        assert elsewhere.get("/admin/").status_code == 302
        [ended] = events(Kind.SESSION_ENDED)
        assert ended.object_id == str(storekeeper.pk)
        assert ended.details == {"reason": "signed out elsewhere", "sessions": 1}


class TestIdleness:
    def test_ends_a_session_after_an_hour(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        with later(minutes=61):
            response = client.get("/admin/catalog/part/?q=drone")

        assert response.status_code == 302
        assert response.headers["Location"] == (
            "/account/login/?next=%2Fadmin%2Fcatalog%2Fpart%2F%3Fq%3Ddrone"
        )
        assert not is_signed_in(client)

    def test_says_so(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        with later(minutes=61):
            page = client.get("/admin/", follow=True)

        assert "You were signed out because nothing was done for 60 minutes." in text_of(page)

    def test_takes_what_was_sent_for_nothing(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        with later(minutes=61):
            response = client.post("/admin/stock/stockmovement/receive/", {})

        assert response.headers["Location"] == "/account/login/"

    def test_is_interrupted_by_any_page(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)
        with later(minutes=50):
            client.get("/admin/")

        with later(minutes=100):
            assert client.get("/admin/").status_code == 200

    def test_is_recorded(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        with later(minutes=61):
            client.get("/admin/")

        [ended] = events(Kind.SESSION_ENDED)
        assert ended.object_id == str(storekeeper.pk)
        assert ended.details == {"reason": "idle"}
        assert events(Kind.SIGNED_OUT) == []
        assert not UserSession.objects.exists()
        assert not Session.objects.filter(pk=client.session.session_key).exists()

    def test_is_as_long_as_the_setting_says(
        self, client: Client, storekeeper: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "SESSION_IDLE_MINUTES", 5)
        sign_in(client, storekeeper)

        with later(minutes=6):
            assert client.get("/admin/").status_code == 302


def test_a_session_ends_after_twelve_hours_whatever_was_done(
    client: Client, storekeeper: User
) -> None:
    sign_in(client, storekeeper)
    for minutes in range(50, 12 * 60, 50):
        with later(minutes=minutes):
            assert client.get("/admin/").status_code == 200

    with later(minutes=12 * 60 + 1):
        page = client.get("/admin/", follow=True)

    assert "after 12 hours everybody signs in anew" in text_of(page)
    assert not is_signed_in(client)


class TestBeingSeen:
    def test_is_written_once_a_minute(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)
        client.get("/admin/catalog/part/")

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get("/admin/catalog/part/")
            return sum("UPDATE" in query["sql"] for query in captured)

        assert queries() == 0
        with later(minutes=2):
            assert queries() == 2  # the session, and the list of sessions
            assert queries() == 0

    def test_is_shown(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)
        UserSession.objects.update(last_seen_at=timezone.now() - timedelta(days=1))

        with later(minutes=2):
            client.get("/admin/", REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT=CHROME)

        seen = UserSession.objects.get()
        assert timezone.now() - seen.last_seen_at < timedelta(minutes=1)
        assert (seen.ip, seen.user_agent) == ("203.0.113.9", CHROME)

    def test_is_no_change_for_the_audit_log(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)
        before = AuditEntry.objects.count()

        with later(minutes=2):
            client.get("/admin/")

        assert AuditEntry.objects.count() == before


class TestWhatEndsThem:
    def test_a_password_that_somebody_else_sets(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        storekeeper.set_password(OTHER_PASSWORD)
        storekeeper.save(update_fields=["password"])

        assert client.get("/admin/").status_code == 302

    def test_closing_the_account(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        User.objects.filter(pk=storekeeper.pk).update(is_active=False)

        assert client.get("/admin/").status_code == 302
        assert not is_signed_in(client) or client.get(LIST).status_code == 302

    def test_a_new_key_after_signing_in(self, client: Client, storekeeper: User) -> None:
        """Who knew the session from before has nothing of it."""
        client.get("/account/login/")
        client.post("/i18n/setlang/", {"language": "en"})
        session = client.session
        session["planted"] = 1
        session.save()
        before = session.session_key

        sign_in(client, storekeeper)

        assert client.session.session_key != before


def test_allauths_own_table_of_addresses_stays_empty(client: Client, storekeeper: User) -> None:
    """It would keep an address of before, by which a password could be had."""
    User.objects.filter(pk=storekeeper.pk).update(email="keeper@example.com")

    sign_in(client, storekeeper)
    client.post("/account/password/reset/", {"email": "keeper@example.com"})

    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Windows"),
        (FIREFOX, "Firefox on Linux"),
        (CHROME + " Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
         "Safari on iPad"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "unknown device"),
    ],
)  # fmt: skip
def test_devices_have_names(agent: str, name: str) -> None:
    assert device_name(agent) == name
