"""Administrators see who is locked out, unlock, and remove second factors of lost devices."""

from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from access.models import User
from audit.kinds import Kind
from signin.lockout import current_lockouts
from signin.models import SecondFactor
from tests.webapp.cast import PASSWORD, ClientOf
from tests.webapp.signin.steps import (
    events,
    give_second_factor,
    has_second_factor,
    is_signed_in,
    sign_in,
    text_of,
)

pytestmark = pytest.mark.django_db

FAILURES = "/admin/signin/signinfailure/"
FACTORS = "/admin/signin/secondfactor/"


@pytest.fixture
def locked(storekeeper: User) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.7")
    for _time in range(5):
        sign_in(client, storekeeper, "wrong")
    return client


class TestFailures:
    def test_shows_who_is_locked_out(
        self, locked: Client, client_of: ClientOf, administrator: User
    ) -> None:
        page = text_of(client_of(administrator).get(FAILURES))

        assert "storekeeper 203.0.113.7 5" in page

    def test_shows_what_failed_and_not_what_was_typed(
        self, client: Client, client_of: ClientOf, administrator: User, storekeeper: User
    ) -> None:
        sign_in(client, PASSWORD, storekeeper.username)

        page = text_of(client_of(administrator).get(FAILURES))

        assert "Nobody is locked out." in page
        assert "Name or password" in page
        assert PASSWORD not in page

    def test_unlocks_by_a_button(
        self, locked: Client, client_of: ClientOf, administrator: User, storekeeper: User
    ) -> None:
        client = client_of(administrator)
        page = BeautifulSoup(client.get(FAILURES).content, "html.parser")
        [form] = page.select("form[action$='/unlock/']")
        data = {str(field["name"]): field["value"] for field in form.select("input")}

        answer = client.post(str(form["action"]), data, follow=True)

        assert "storekeeper can sign in again." in text_of(answer)
        assert current_lockouts() == []
        [unlocked] = events(Kind.UNLOCKED)
        assert unlocked.actor_id == administrator.pk
        assert sign_in(locked, storekeeper).status_code == 302

    @pytest.mark.parametrize(
        "data", [{}, {"name": "nobody", "address": "203.0.113.7"}, {"name": "x", "address": "y"}]
    )
    def test_says_so_when_there_is_nothing_to_unlock(
        self, data: dict[str, str], client_of: ClientOf, administrator: User
    ) -> None:
        answer = client_of(administrator).post(FAILURES + "unlock/", data, follow=True)

        assert "Nothing is locked there any more." in text_of(answer)
        assert events(Kind.UNLOCKED) == []

    def test_unlocks_nothing_by_a_link(self, client_of: ClientOf, administrator: User) -> None:
        assert client_of(administrator).get(FAILURES + "unlock/").status_code == 405

    def test_lets_auditors_look_and_not_unlock(
        self, locked: Client, client_of: ClientOf, auditor: User
    ) -> None:
        client = client_of(auditor)
        data = {"name": "storekeeper", "address": "203.0.113.7"}

        page = client.get(FAILURES)

        assert "storekeeper 203.0.113.7" in text_of(page)
        assert b"/unlock/" not in page.content
        assert client.post(FAILURES + "unlock/", data).status_code == 403
        assert len(current_lockouts()) == 1

    def test_is_closed_to_others(self, client_of: ClientOf, storekeeper: User) -> None:
        assert client_of(storekeeper).get(FAILURES).status_code == 403


class TestSecondFactors:
    def test_shows_no_secret_even_encrypted(
        self, client_of: ClientOf, auditor: User, storekeeper: User
    ) -> None:
        give_second_factor(storekeeper)
        factor = SecondFactor.objects.get(user=storekeeper, type="totp")

        page = client_of(auditor).get(f"{FACTORS}{factor.pk}/change/")

        assert page.status_code == 200
        assert factor.data["secret"] not in page.content.decode()

    def test_shows_who_has_one(
        self, client_of: ClientOf, administrator: User, storekeeper: User, buyer: User
    ) -> None:
        give_second_factor(storekeeper)

        page = text_of(client_of(administrator).get(FACTORS))

        assert str(storekeeper) in page
        assert str(buyer) not in page

    def test_removes_one_and_ends_the_sessions(
        self, client: Client, client_of: ClientOf, administrator: User, storekeeper: User
    ) -> None:
        sign_in(client, storekeeper)
        give_second_factor(storekeeper)

        answer = client_of(administrator).post(f"{FACTORS}{storekeeper.pk}/remove/", follow=True)

        assert "signs in by the password alone now" in text_of(answer)
        assert not has_second_factor(storekeeper)
        assert client.get("/admin/").status_code == 302
        [removed] = events(Kind.SECOND_FACTOR_REMOVED)
        assert (removed.actor_id, removed.object_id) == (administrator.pk, str(storekeeper.pk))

    def test_leads_there_from_the_list(
        self, client_of: ClientOf, administrator: User, storekeeper: User
    ) -> None:
        give_second_factor(storekeeper)
        client = client_of(administrator)
        page = BeautifulSoup(client.get(FACTORS).content, "html.parser")

        [link] = {str(a["href"]) for a in page.select("a[href$='/remove/']")}
        answer = client.get(link, follow=True)

        assert "Do this only if" in text_of(answer)

    def test_removes_nobodys_who_may_do_more(
        self, client_of: ClientOf, administrator: User, storekeeper: User
    ) -> None:
        give_second_factor(administrator)
        storekeeper.user_permissions.add(Permission.objects.get(codename="reset_second_factor"))

        answer = client_of(storekeeper).post(f"{FACTORS}{administrator.pk}/remove/")

        assert answer.status_code == 403
        assert has_second_factor(administrator)

    def test_removes_not_ones_own(self, client_of: ClientOf, administrator: User) -> None:
        give_second_factor(administrator)

        answer = client_of(administrator).post(f"{FACTORS}{administrator.pk}/remove/")

        assert "on the page of your account" in text_of(answer)
        assert has_second_factor(administrator)

    def test_is_closed_to_others(
        self, client_of: ClientOf, auditor: User, storekeeper: User, buyer: User
    ) -> None:
        give_second_factor(buyer)

        assert client_of(auditor).get(FACTORS).status_code == 200
        assert client_of(auditor).post(f"{FACTORS}{buyer.pk}/remove/").status_code == 403
        assert client_of(storekeeper).get(FACTORS).status_code == 403
        assert has_second_factor(buyer)

    def test_removes_one_from_the_command_line(self, client: Client, administrator: User) -> None:
        sign_in(client, administrator)
        give_second_factor(administrator)

        call_command("remove_second_factor", "administrator", stdout=StringIO())

        assert not has_second_factor(administrator)
        assert client.get("/admin/").status_code == 302
        assert [entry.object_id for entry in events(Kind.SECOND_FACTOR_REMOVED)] == [
            str(administrator.pk)
        ]

    @pytest.mark.parametrize("name", ["nobody", "administrator"])
    def test_says_on_the_command_line_that_there_is_none(
        self, name: str, administrator: User
    ) -> None:
        with pytest.raises(CommandError, match=f"{name} has no second factor"):
            call_command("remove_second_factor", name)

    def test_knows_nothing_of_who_has_none(
        self, client_of: ClientOf, administrator: User, buyer: User
    ) -> None:
        client = client_of(administrator)

        assert client.get(f"{FACTORS}{buyer.pk}/remove/").status_code == 404
        assert client.get(f"{FACTORS}0/remove/").status_code == 404
        assert not is_signed_in(Client())
