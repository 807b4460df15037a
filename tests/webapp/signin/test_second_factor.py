"""Codes from an app: turning on, signing in, what they are worth, who needs them."""

import base64
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from access.models import User
from audit.kinds import Kind
from signin import encryption, services
from tests.webapp.cast import ClientOf
from tests.webapp.signin.steps import (
    SECRET,
    code,
    events,
    everything_recorded,
    give_second_factor,
    has_second_factor,
    is_signed_in,
    sign_in,
    text_of,
    wrong_code,
)

pytestmark = pytest.mark.django_db

ON = "/account/second-factor/on/"
OFF = "/account/second-factor/off/"
CHALLENGE = "/account/second-factor/sign-in/"
CODES = "/account/second-factor/codes/"


def turn_on(client: Client) -> tuple[str, Any]:
    """The secret that the app is given, and the page that follows."""
    page = BeautifulSoup(client.get(ON).content, "html.parser")
    element = page.select_one("#totp-secret")
    assert element is not None
    secret = element.get_text(strip=True)
    return secret, client.post(ON, {"code": code(secret)}, follow=True)


def codes_on(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [element.get_text(strip=True) for element in page.select(".inventory-codes li")]


class TestTurningOn:
    @pytest.fixture
    def signed_in(self, client: Client, storekeeper: User) -> Client:
        sign_in(client, storekeeper)
        return client

    def test_takes_a_code_from_the_app(self, signed_in: Client, storekeeper: User) -> None:
        turn_on(signed_in)

        assert has_second_factor(storekeeper)

    def test_refuses_a_wrong_code(self, signed_in: Client, storekeeper: User) -> None:
        signed_in.get(ON)

        page = signed_in.post(ON, {"code": wrong_code()})

        assert "The code is not right" in text_of(page)
        assert not has_second_factor(storekeeper)

    def test_shows_a_picture_that_the_policy_allows(self, signed_in: Client) -> None:
        response = signed_in.get(ON)

        [picture] = BeautifulSoup(response.content, "html.parser").select("img.inventory-qr")
        kind, _, data = str(picture["src"]).partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert b"<svg" in base64.b64decode(data)
        assert "img-src 'self' data:" in response.headers["Content-Security-Policy"]

    def test_shows_recovery_codes_once(self, signed_in: Client) -> None:
        _secret, page = turn_on(signed_in)
        shown = codes_on(page)
        assert len(set(shown)) == 10

        again = signed_in.get(CODES)

        assert codes_on(again) == []
        assert not any(one in again.content.decode() for one in shown)

    def test_offers_them_as_a_file(self, signed_in: Client) -> None:
        _secret, page = turn_on(signed_in)

        [link] = BeautifulSoup(page.content, "html.parser").select("a[download]")
        _kind, _, data = str(link["href"]).partition(",")
        assert data.split("%0A")[:-1] == codes_on(page)

    def test_asks_for_the_password_again_some_time_after_sign_in(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert signed_in.get(ON).status_code == 200
        monkeypatch.setattr("signin.adapters.FRESH_SECONDS", -1)

        response = signed_in.get(ON)

        assert response.headers["Location"].startswith("/account/reauthenticate/")

    def test_is_recorded_without_secrets(
        self,
        signed_in: Client,
        storekeeper: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            secret, page = turn_on(signed_in)

        added = events(Kind.SECOND_FACTOR_ADDED)
        assert [(entry.details or {})["type"] for entry in added] == ["totp", "recovery_codes"]
        assert all(entry.object_id == str(storekeeper.pk) for entry in added)
        for told in (secret, *codes_on(page)):
            assert told not in everything_recorded()


class TestSigningIn:
    @pytest.fixture
    def recovery_codes(self, storekeeper: User) -> list[str]:
        return give_second_factor(storekeeper)

    @pytest.fixture
    def asked(self, recovery_codes: list[str], client: Client, storekeeper: User) -> Client:
        sign_in(client, storekeeper, data={"next": "/admin/catalog/part/"})
        return client

    def test_is_not_done_by_the_password_alone(self, asked: Client) -> None:
        assert not is_signed_in(asked)
        assert asked.get("/admin/").headers["Location"].startswith("/admin/login/")
        assert events(Kind.SIGNED_IN) == []

    def test_is_done_by_a_code_and_leads_where_one_wanted_to_go(self, asked: Client) -> None:
        response = asked.post(CHALLENGE, {"code": code()})

        assert response.headers["Location"] == "/admin/catalog/part/"
        assert is_signed_in(asked)
        [entered] = events(Kind.SIGNED_IN)
        assert entered.details == {"by": ["password", "mfa"]}

    @pytest.mark.parametrize("steps", [-1, 1])
    def test_allows_for_clocks_that_differ(self, steps: int, asked: Client) -> None:
        asked.post(CHALLENGE, {"code": code(steps=steps)})

        assert is_signed_in(asked)

    @pytest.mark.parametrize("steps", [-3, 3])
    def test_but_not_by_much(self, steps: int, asked: Client) -> None:
        asked.post(CHALLENGE, {"code": code(steps=steps)})

        assert not is_signed_in(asked)

    def test_takes_a_code_once(
        self, asked: Client, storekeeper: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also when allauth's own memory of half a minute is over and the code would still do."""
        used = code(steps=1)
        asked.post(CHALLENGE, {"code": used})
        monkeypatch.setattr(
            "allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda self, code: True
        )

        other = Client(headers={"accept-language": "en"})
        sign_in(other, storekeeper)
        page = other.post(CHALLENGE, {"code": f"{used[:3]} {used[3:]}"})

        assert "was used already" in text_of(page)
        assert not is_signed_in(other)

    def test_takes_a_recovery_code_once(
        self, asked: Client, recovery_codes: list[str], storekeeper: User
    ) -> None:
        asked.post(CHALLENGE, {"code": recovery_codes[0]})
        assert is_signed_in(asked)

        other = Client()
        sign_in(other, storekeeper)
        other.post(CHALLENGE, {"code": recovery_codes[0]})

        assert not is_signed_in(other)

    def test_lets_telephones_fill_the_code_in(self, asked: Client) -> None:
        page = BeautifulSoup(asked.get(CHALLENGE).content, "html.parser")

        [field] = page.select("[name=code]")
        assert field["autocomplete"] == "one-time-code"

    def test_can_be_given_up_for_another_user(self, asked: Client, buyer: User) -> None:
        asked.post("/account/logout/")

        sign_in(asked, buyer)

        assert is_signed_in(asked)

    def test_says_what_to_do_when_the_key_is_lost(self, asked: Client) -> None:
        with override_settings(SECOND_FACTOR_KEYS=["another"]):
            page = asked.post(CHALLENGE, {"code": code()})

        assert "cannot be read" in text_of(page)
        assert not is_signed_in(asked)


class TestTurningOff:
    @pytest.fixture
    def protected(self, client: Client, storekeeper: User) -> Client:
        give_second_factor(storekeeper)
        sign_in(client, storekeeper)
        client.post(CHALLENGE, {"code": code()})
        return client

    def test_removes_the_recovery_codes_too(self, protected: Client, storekeeper: User) -> None:
        protected.post(OFF)

        assert not Authenticator.objects.filter(user=storekeeper).exists()
        removed = events(Kind.SECOND_FACTOR_REMOVED)
        assert {entry.object_id for entry in removed} == {str(storekeeper.pk)}

    def test_new_recovery_codes_replace_the_old(
        self,
        protected: Client,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        before = protected.get(CODES)

        with django_capture_on_commit_callbacks(execute=True):
            after = protected.post(CODES + "new/", follow=True)

        assert len(codes_on(after)) == 10
        assert not set(codes_on(before)) & set(codes_on(after))
        assert [entry.kind for entry in events(Kind.SECOND_FACTOR_ADDED)] == ["second_factor_added"]

    @override_settings(MFA_REQUIRED=True)
    def test_is_refused_to_administrators(self, client: Client, administrator: User) -> None:
        give_second_factor(administrator)
        sign_in(client, administrator)
        client.post(CHALLENGE, {"code": code()})

        page = client.post(OFF)

        assert "Administrators cannot do without" in text_of(page)
        assert has_second_factor(administrator)


class TestWhoNeedsOne:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Settings) -> None:
        settings.MFA_REQUIRED = True

    def test_administrators_do_nothing_before(self, client: Client, administrator: User) -> None:
        sign_in(client, administrator)

        for answer in (
            client.get("/admin/"),
            client.get("/account/sessions/"),
            client.post("/admin/stock/stockmovement/receive/", {}),
        ):
            assert answer.headers["Location"] == ON

    def test_superusers_neither(self, client: Client, storekeeper: User) -> None:
        User.objects.filter(pk=storekeeper.pk).update(is_superuser=True)
        sign_in(client, storekeeper)

        assert client.get("/admin/").headers["Location"] == ON

    def test_others_do_as_they_like(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        assert client.get("/admin/").status_code == 200

    def test_administrators_go_on_once_it_is_on(self, client: Client, administrator: User) -> None:
        sign_in(client, administrator)

        turn_on(client)

        assert client.get("/admin/").status_code == 200

    def test_who_becomes_an_administrator_needs_one_at_once(
        self, client: Client, storekeeper: User, administrator: User
    ) -> None:
        sign_in(client, storekeeper)
        assert client.get("/admin/").status_code == 200

        storekeeper.groups.set(administrator.groups.all())

        assert client.get("/admin/").headers["Location"] == ON

    def test_a_new_password_comes_first(self, client: Client, administrator: User) -> None:
        services.require_new_password(administrator)
        sign_in(client, administrator)

        assert client.get(ON).headers["Location"] == "/account/password/"

    def test_costs_a_page_one_query(self, client_of: ClientOf, general: User) -> None:
        client = client_of(general)
        client.get("/admin/catalog/part/")

        with CaptureQueriesContext(connection) as required:
            client.get("/admin/catalog/part/")
        with override_settings(MFA_REQUIRED=False), CaptureQueriesContext(connection) as before:
            client.get("/admin/catalog/part/")

        assert len(required) == len(before) + 1


class TestTheSecretInTheDatabase:
    def test_is_encrypted(self, storekeeper: User) -> None:
        codes = give_second_factor(storekeeper)

        data = repr(list(Authenticator.objects.values_list("data", flat=True)))
        assert SECRET not in data
        assert not any(one in data for one in codes)
        assert len(re.findall(r"gAAAA[\w-]+", data)) == 2

    def test_differs_each_time(self) -> None:
        assert encryption.encrypt(SECRET) != encryption.encrypt(SECRET)

    def test_is_read_with_keys_of_before(self) -> None:
        written = encryption.encrypt(SECRET)

        with override_settings(SECOND_FACTOR_KEYS=["new", *configured.SECOND_FACTOR_KEYS]):
            assert encryption.decrypt(written) == SECRET

    def test_is_not_read_with_others(self) -> None:
        written = encryption.encrypt(SECRET)

        with (
            override_settings(SECOND_FACTOR_KEYS=["other"]),
            pytest.raises(encryption.UnreadableSecretError),
        ):
            encryption.decrypt(written)

    def test_takes_up_a_new_key_by_command(
        self, storekeeper: User, client: Client, capsys: pytest.CaptureFixture[str]
    ) -> None:
        give_second_factor(storekeeper)
        with override_settings(SECOND_FACTOR_KEYS=["new", *configured.SECOND_FACTOR_KEYS]):
            call_command("reencrypt_second_factors")
        assert "2 encrypted" in capsys.readouterr().out

        with override_settings(SECOND_FACTOR_KEYS=["new"]):
            sign_in(client, storekeeper)
            client.post(CHALLENGE, {"code": code()})

        assert is_signed_in(client)

    def test_stays_as_it_is_when_a_key_is_missing(self, storekeeper: User) -> None:
        give_second_factor(storekeeper)
        before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))

        with (
            override_settings(SECOND_FACTOR_KEYS=["new"]),
            pytest.raises(CommandError, match="Nothing was changed"),
        ):
            call_command("reencrypt_second_factors")

        assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before
