"""Every way to a new password keeps the rules, ends other sessions and is recorded."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.http import int_to_base36

from access.models import User
from audit.kinds import Kind
from signin import mailing, services
from tests.webapp.cast import PASSWORD
from tests.webapp.signin.conftest import Outbox
from tests.webapp.signin.steps import (
    OTHER_PASSWORD,
    events,
    everything_recorded,
    is_signed_in,
    sign_in,
    text_of,
)

pytestmark = pytest.mark.django_db

ADDRESS = "keeper@example.com"


@pytest.fixture
def keeper(storekeeper: User) -> User:
    storekeeper.email, storekeeper.language = ADDRESS, "en"
    storekeeper.save(update_fields=["email", "language"])
    return storekeeper


def change(client: Client, new: str, *, old: str = PASSWORD, again: str | None = None) -> Any:
    data = {"oldpassword": old, "password1": new, "password2": new if again is None else again}
    return client.post("/account/password/", data)


def ask(client: Client, address: str = ADDRESS, **extra: Any) -> Any:
    return client.post("/account/password/reset/", {"email": address}, follow=True, **extra)


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://\S+", str(message.body))
    assert found, message.body
    return found.group()


def follow(client: Client, link: str) -> tuple[Any, str]:
    """The page behind the link, and the address that its form is sent to."""
    page = client.get(urlsplit(link).path, follow=True)
    form = BeautifulSoup(page.content, "html.parser").select_one("form:has([name=password1])")
    return page, str(form["action"]) if form else ""


def by_change(client: Client, user: User, outbox: Outbox, new: str) -> Any:
    sign_in(client, user)
    return change(client, new)


def by_mail(client: Client, user: User, outbox: Outbox, new: str) -> Any:
    ask(client)
    _page, action = follow(client, link_in(outbox()[-1]))
    return client.post(action, {"password1": new, "password2": new})


WAYS = [by_change, by_mail]
type Way = Callable[[Client, User, Outbox, str], Any]


@pytest.mark.parametrize("way", WAYS)
class TestEveryWay:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("short", "too short"),
            ("123456789012", "entirely numeric"),
            ("passwordpassword", ""),
            ("storekeeper-1", "too similar to the username"),
            (PASSWORD, "other than the present one"),
        ],
    )
    def test_refuses_what_is_easy_to_guess_or_not_new(
        self, password: str, reason: str, way: Way, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        if not reason:  # on the list of common ones
            password, reason = "qwertyqwerty", "too common"

        page = way(client, keeper, outbox, password)

        assert page.status_code == 200
        assert reason in text_of(page)
        keeper.refresh_from_db()
        assert keeper.check_password(PASSWORD)

    def test_sets_the_password(
        self, way: Way, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        assert way(client, keeper, outbox, OTHER_PASSWORD).status_code == 302

        keeper.refresh_from_db()
        assert keeper.check_password(OTHER_PASSWORD)

    def test_ends_all_other_sessions(
        self, way: Way, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        elsewhere = Client()
        sign_in(elsewhere, keeper)

        way(client, keeper, outbox, OTHER_PASSWORD)

        assert elsewhere.get("/admin/").status_code == 302
        [ended] = events(Kind.SESSION_ENDED)
        assert ended.details == {"reason": "password changed", "sessions": 1}

    def test_is_recorded_without_the_password(
        self, way: Way, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        way(client, keeper, outbox, OTHER_PASSWORD)

        [changed] = events(Kind.PASSWORD_CHANGED)
        assert changed.object_id == str(keeper.pk)
        assert OTHER_PASSWORD not in everything_recorded()
        assert "md5$" not in everything_recorded()

    def test_is_a_choice_of_ones_own(
        self, way: Way, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        services.require_new_password(keeper)

        way(client, keeper, outbox, OTHER_PASSWORD)

        keeper.refresh_from_db()
        assert not keeper.must_change_password


class TestChanging:
    def test_needs_the_present_password(self, client: Client, keeper: User) -> None:
        sign_in(client, keeper)

        page = change(client, OTHER_PASSWORD, old="wrong")

        assert "This is not your present password." in text_of(page)

    def test_needs_the_new_one_twice(self, client: Client, keeper: User) -> None:
        sign_in(client, keeper)

        assert change(client, OTHER_PASSWORD, again=OTHER_PASSWORD + "!").status_code == 200

        keeper.refresh_from_db()
        assert keeper.check_password(PASSWORD)

    def test_lets_one_go_on(self, client: Client, keeper: User) -> None:
        sign_in(client, keeper)

        change(client, OTHER_PASSWORD)

        assert client.get("/admin/").status_code == 200

    def test_lets_browsers_fill_in_and_propose(self, client: Client, keeper: User) -> None:
        sign_in(client, keeper)

        page = BeautifulSoup(client.get("/account/password/").content, "html.parser")

        fields = {field["name"]: field.get("autocomplete") for field in page.select("input[name]")}
        assert fields["username"] == "username"
        assert fields["oldpassword"] == "current-password"
        assert fields["password1"] == fields["password2"] == "new-password"

    def test_is_for_who_is_signed_in(self, client: Client) -> None:
        assert client.get("/account/password/").headers["Location"].startswith("/account/login/")


class TestAskingByMail:
    def test_says_the_same_whether_there_is_an_account_or_not(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        known, unknown = ask(client), ask(client, "nobody@example.com")

        assert known.redirect_chain == unknown.redirect_chain
        assert text_of(known) == text_of(unknown)
        assert [message.to for message in outbox()] == [[ADDRESS]]

    def test_does_not_wait_for_the_mail_server(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        """The time that a page takes would tell it."""
        with mock.patch.object(mailing, "send") as send:
            ask(client)

        send.assert_called_once()
        assert outbox() == []

    def test_survives_a_mail_server_that_fails(
        self, client: Client, keeper: User, outbox: Outbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        with mock.patch.object(EmailMessage, "send", side_effect=OSError("no route")):
            page = ask(client)
            outbox()

        assert page.status_code == 200
        assert "A mail could not be sent." in caplog.text

    @pytest.mark.parametrize(
        ("language", "subject"),
        [("en", "Inventory: choose a new password"), ("ja", "")],
    )
    def test_writes_in_the_language_of_the_user(
        self, language: str, subject: str, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        User.objects.filter(pk=keeper.pk).update(language=language)
        spoken: list[str] = []
        render = "allauth.account.adapter.render_to_string"

        def noting(*args: Any, **kwargs: Any) -> str:
            from django.template.loader import render_to_string
            from django.utils.translation import get_language

            spoken.append(get_language() or "")
            return render_to_string(*args, **kwargs)

        with mock.patch(render, noting):
            ask(client, headers={"accept-language": "ja" if language == "en" else "en"})

        assert set(spoken) == {language}
        [message] = outbox()
        assert not subject or message.subject == subject

    def test_names_the_account_and_how_long_the_link_holds(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client)

        [message] = outbox()
        assert 'your account "storekeeper"' in message.body
        assert "60 minutes" in message.body
        assert "&quot;" not in message.body

    def test_goes_to_the_address_of_the_account_not_to_a_look_alike(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client, "KEEPER@EXAMPLE.COM")

        assert [message.to for message in outbox()] == [[ADDRESS]]

    def test_knows_only_the_address_of_today(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client)
        User.objects.filter(pk=keeper.pk).update(email="other@example.com")

        ask(client)

        assert len(outbox()) == 1

    def test_writes_to_each_account_of_an_address(
        self, client: Client, keeper: User, buyer: User, outbox: Outbox
    ) -> None:
        User.objects.filter(pk=buyer.pk).update(email=ADDRESS)

        ask(client)

        assert len(outbox()) == 2

    def test_writes_to_nobody_whose_account_is_closed(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        User.objects.filter(pk=keeper.pk).update(is_active=False)

        ask(client)

        assert outbox() == []

    @override_settings(ALLOWED_HOSTS=[".example.com", "inventory.example.com", "testserver"])
    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("inventory.example.com", "http://inventory.example.com/"),
            ("evil.example.com", "http://inventory.example.com/"),
            ("testserver:8000", "http://testserver:8000/"),
        ],
    )
    def test_leads_to_a_host_that_we_name(
        self, host: str, expected: str, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client, HTTP_HOST=host)

        assert link_in(outbox()[-1]).startswith(expected)

    @override_settings(ALLOWED_HOSTS=["inventory.example.com", "testserver"])
    def test_is_refused_for_a_forged_host(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        answer = client.post(
            "/account/password/reset/", {"email": ADDRESS}, HTTP_HOST="evil.example"
        )

        assert answer.status_code == 400
        assert outbox() == []

    def test_is_limited(self, client: Client, keeper: User, outbox: Outbox) -> None:
        for _time in range(5):
            ask(client)

        assert ask(client).status_code == 429
        assert len(outbox()) == 5

    def test_is_recorded_for_accounts_and_for_others(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client)
        ask(client, "nobody@example.com")

        known, unknown = events(Kind.PASSWORD_RESET_ASKED)
        assert known.object_id == str(keeper.pk)
        assert unknown.object_label.startswith("?")
        assert "nobody" not in everything_recorded()


class TestTheLink:
    def test_works_once(self, client: Client, keeper: User, outbox: Outbox) -> None:
        by_mail(client, keeper, outbox, OTHER_PASSWORD)

        page, action = follow(client, link_in(outbox()[-1]))

        assert "not valid any more" in text_of(page)
        assert not action

    def test_is_worth_nothing_after_an_hour(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client)
        later = timezone.make_naive(timezone.now()) + timedelta(minutes=61)

        with mock.patch.object(PasswordResetTokenGenerator, "_now", return_value=later):
            page, action = follow(client, link_in(outbox()[-1]))

        assert "not valid any more" in text_of(page)
        assert not action

    def test_is_worth_nothing_once_the_account_is_closed(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        ask(client)
        User.objects.filter(pk=keeper.pk).update(is_active=False)

        page, _action = follow(client, link_in(outbox()[-1]))

        assert "not valid any more" in text_of(page)

    def test_is_of_this_account_only(
        self, client: Client, keeper: User, buyer: User, outbox: Outbox
    ) -> None:
        ask(client)
        own, others = int_to_base36(keeper.pk), int_to_base36(buyer.pk)

        page, action = follow(client, link_in(outbox()[-1]).replace(f"/{own}-", f"/{others}-"))

        assert "not valid any more" in text_of(page)
        assert not action

    def test_does_not_stay_in_the_address_of_the_page(
        self, client: Client, keeper: User, outbox: Outbox
    ) -> None:
        """It would be handed on, and stand in logs."""
        ask(client)
        link = link_in(outbox()[-1])

        _page, action = follow(client, link)

        assert action.endswith("-set-password/")
        assert action not in link

    def test_signs_nobody_in(self, client: Client, keeper: User, outbox: Outbox) -> None:
        """The second factor is still asked for."""
        by_mail(client, keeper, outbox, OTHER_PASSWORD)

        assert not is_signed_in(client)


class TestAForcedChange:
    @pytest.fixture
    def forced(self, client: Client, keeper: User) -> Client:
        services.require_new_password(keeper)
        sign_in(client, keeper)
        return client

    @pytest.mark.parametrize(
        "address",
        ["/admin/", "/admin/catalog/part/", "/account/sessions/", "/account/second-factor/",
         "/media/parts/none.png"],
    )  # fmt: skip
    def test_comes_before_every_page(self, address: str, forced: Client) -> None:
        assert forced.get(address).headers["Location"] == "/account/password/"

    def test_comes_before_every_deed(self, forced: Client) -> None:
        response = forced.post("/admin/stock/stockmovement/receive/", {})

        assert response.headers["Location"] == "/account/password/"

    def test_says_why_once(self, forced: Client) -> None:
        for _time in range(3):
            forced.get("/admin/")

        page = text_of(forced.get("/account/password/"))

        assert page.count("Choose a password of your own before you go on.") == 1

    def test_leaves_signing_out_and_the_language(self, forced: Client) -> None:
        assert forced.post("/i18n/setlang/", {"language": "ja", "next": "/"}).status_code == 302

        assert forced.post("/admin/logout/").headers["Location"] == "/account/login/"
        assert not is_signed_in(forced)

    def test_ends_with_the_new_password(self, forced: Client) -> None:
        assert change(forced, OTHER_PASSWORD).headers["Location"] == "/admin/"

        assert forced.get("/admin/").status_code == 200
