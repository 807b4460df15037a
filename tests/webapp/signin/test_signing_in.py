"""Signing in and out: by the user's name, back to where one wanted to go, and recorded."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from catalog.models import Part
from tests.webapp.cast import PASSWORD, ClientOf
from tests.webapp.signin.steps import events, everything_recorded, is_signed_in, sign_in, text_of

pytestmark = pytest.mark.django_db


class TestSigningIn:
    def test_needs_the_name_and_the_password(self, client: Client, storekeeper: User) -> None:
        response = sign_in(client, storekeeper)

        assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
        assert is_signed_in(client)

    def test_leads_back_to_the_page_asked_for(self, client: Client, storekeeper: User) -> None:
        asked = client.get("/admin/stock/stocklevel/?status=low", follow=True)
        hidden = BeautifulSoup(asked.content, "html.parser").find("input", {"name": "next"})
        assert hidden is not None

        response = sign_in(client, storekeeper, data={"next": hidden["value"]})

        assert response.headers["Location"] == "/admin/stock/stocklevel/?status=low"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"]
    )
    def test_leads_to_no_other_site(
        self, elsewhere: str, client: Client, storekeeper: User
    ) -> None:
        response = sign_in(client, storekeeper, data={"next": elsewhere})

        assert response.headers["Location"] == "/admin/"

    def test_does_not_go_by_mail_address(self, client: Client, storekeeper: User) -> None:
        User.objects.filter(pk=storekeeper.pk).update(email="keeper@example.com")

        sign_in(client, "keeper@example.com")

        assert not is_signed_in(client)

    def test_says_the_same_whether_the_name_exists_or_not(
        self, client: Client, storekeeper: User
    ) -> None:
        known = sign_in(client, storekeeper, "wrong")
        unknown = sign_in(client, "nobody", "wrong")

        assert known.status_code == unknown.status_code == 200
        assert text_of(known) == text_of(unknown)
        assert "The username or the password is not right." in text_of(known)

    def test_says_the_same_of_an_account_that_is_closed(
        self, client: Client, storekeeper: User
    ) -> None:
        wrong = sign_in(client, storekeeper, "wrong")
        User.objects.filter(pk=storekeeper.pk).update(is_active=False)

        closed = sign_in(client, storekeeper)

        assert text_of(closed) == text_of(wrong)
        assert not is_signed_in(client)

    def test_lets_browsers_fill_the_fields_in(self, client: Client) -> None:
        page = BeautifulSoup(client.get("/account/login/").content, "html.parser")

        fields = {field["name"]: field.get("autocomplete") for field in page.select("input[name]")}
        assert fields["login"] == "username"
        assert fields["password"] == "current-password"

    def test_is_kept_by_no_cache(self, client: Client) -> None:
        assert "no-store" in client.get("/account/login/").headers["Cache-Control"]

    def test_offers_both_languages(self, client: Client) -> None:
        page = client.get("/account/login/", headers={"accept-language": "en"})
        assert "日本語" in text_of(page)

        client.post("/i18n/setlang/", {"language": "ja", "next": "/account/login/?next=/admin/"})

        again = client.get("/account/login/", headers={"accept-language": "en"})
        assert again.headers["Content-Language"] == "ja"


class TestTheAdminsOwnAddresses:
    def test_lead_to_the_one_sign_in_page(self, client: Client) -> None:
        response = client.get("/admin/login/?next=/admin/catalog/part/")

        assert response.headers["Location"] == "/account/login/?next=%2Fadmin%2Fcatalog%2Fpart%2F"

    def test_take_no_password_past_it(self, client: Client, storekeeper: User) -> None:
        data = {"username": storekeeper.username, "password": PASSWORD, "next": "/admin/"}

        client.post("/admin/login/", data)

        assert not is_signed_in(client)

    def test_do_not_lead_in_circles_who_may_not_enter(
        self, client: Client, storekeeper: User
    ) -> None:
        User.objects.filter(pk=storekeeper.pk).update(is_staff=False)
        sign_in(client, storekeeper)

        assert client.get("/admin/", follow=True).status_code == 403

    def test_sign_out(self, client: Client, storekeeper: User) -> None:
        sign_in(client, storekeeper)

        response = client.post("/admin/logout/", follow=True)

        assert response.redirect_chain == [("/account/login/", 302)]
        assert "You are signed out." in text_of(response)
        assert not is_signed_in(client)

    @pytest.mark.parametrize("address", ["/admin/logout/", "/account/logout/"])
    def test_sign_nobody_out_by_a_link(
        self, address: str, client: Client, storekeeper: User
    ) -> None:
        sign_in(client, storekeeper)

        assert client.get(address).status_code == 405
        assert is_signed_in(client)

    def test_lead_to_the_one_page_of_the_password(self, client_of: ClientOf, general: User) -> None:
        response = client_of(general).get("/admin/password_change/")

        assert response.headers["Location"] == "/account/password/"


@pytest.mark.parametrize(
    "address",
    ["signup/", "email/", "confirm-email/", "password/set/", "login/code/", "social/", "webauthn/"],
)
def test_there_is_nothing_of_allauth_that_is_not_needed(address: str, client: Client) -> None:
    assert client.get(f"/account/{address}").status_code == 404


class TestTheAuditLog:
    def test_tells_who_signed_in_and_out_from_where(
        self, client: Client, storekeeper: User
    ) -> None:
        sign_in(client, storekeeper, REMOTE_ADDR="203.0.113.7")
        client.post("/admin/logout/")

        entered, left = events(Kind.SIGNED_IN, Kind.SIGNED_OUT)
        assert (entered.kind, left.kind) == (Kind.SIGNED_IN, Kind.SIGNED_OUT)
        assert entered.actor_id == left.actor_id == storekeeper.pk
        assert entered.object_id == str(storekeeper.pk)
        assert str(entered.address) == "203.0.113.7"
        assert entered.request_id
        assert entered.details == {"by": ["password"]}

    def test_counts_what_one_does_next_as_the_users(
        self, client: Client, administrator: User
    ) -> None:
        sign_in(client, administrator)

        client.post(
            "/admin/catalog/category/add/",
            {"name_ja": "翼", "name_en": "Wing", "parent": "", "_save": "1"},
        )

        change = AuditEntry.objects.filter(kind=Kind.CREATED, model="catalog.category").get()
        assert change.actor_id == administrator.pk
        assert Part.objects.count() == 0

    def test_tells_of_failures_by_the_name_of_a_user(
        self, client: Client, storekeeper: User
    ) -> None:
        sign_in(client, storekeeper, "wrong")

        [failure] = events(Kind.SIGN_IN_FAILED)
        assert failure.object_label == "storekeeper"
        assert failure.object_id == str(storekeeper.pk)
        assert failure.actor_id is None
        assert failure.details == {"step": "password"}

    def test_never_holds_what_was_typed_for_a_name_or_a_password(
        self, client: Client, storekeeper: User
    ) -> None:
        """People type their password into the field of the name."""
        sign_in(client, PASSWORD, storekeeper.username)
        sign_in(client, PASSWORD, "hunter2 hunter2")
        sign_in(client, storekeeper, "almost my password")

        first, second, _third = events(Kind.SIGN_IN_FAILED)
        assert first.object_label == second.object_label
        assert first.object_label.startswith("?")
        for secret in (PASSWORD, "hunter2", "almost my password"):
            assert secret not in everything_recorded()

    def test_is_not_the_only_place_that_keeps_nothing_of_it(
        self, client: Client, storekeeper: User
    ) -> None:
        from axes.models import AccessAttempt

        sign_in(client, PASSWORD, storekeeper.username)
        sign_in(client, storekeeper, "almost my password")

        kept = repr(list(AccessAttempt.objects.values_list()))
        assert PASSWORD not in kept
        assert "almost" not in kept
