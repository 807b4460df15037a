"""Pages come in the language that the user chose, or the browser asks for."""

from typing import Any

import pytest
from django.test import Client

from access.models import User

pytestmark = pytest.mark.django_db


def choose(client: Client, language: str) -> Any:
    return client.post("/i18n/setlang/", {"language": language, "next": "/admin/"})


def language_of(client: Client, **headers: str) -> str:
    response = client.get("/admin/login/", headers=headers)
    return str(response.headers["Content-Language"])


class TestChoosing:
    def test_is_remembered_with_the_user(self, client_of: Any, storekeeper: User) -> None:
        client = client_of(storekeeper, language="")

        response = choose(client, "ja")

        assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
        storekeeper.refresh_from_db()
        assert storekeeper.language == "ja"
        assert client.cookies["django_language"].value == "ja"

    def test_is_kept_in_a_cookie_before_signing_in(self, client: Client) -> None:
        choose(client, "en")

        assert language_of(client, accept_language="ja") == "en"

    def test_takes_only_what_is_offered(self, client_of: Any, storekeeper: User) -> None:
        client = client_of(storekeeper, language="en")

        for language in ("fr", "", "../../etc"):
            choose(client, language)

        storekeeper.refresh_from_db()
        assert storekeeper.language == "en"

    def test_is_no_link_that_others_could_make_one_follow(
        self, client_of: Any, storekeeper: User
    ) -> None:
        client = client_of(storekeeper, language="en")

        assert client.get("/i18n/setlang/?language=ja").status_code == 405

    def test_does_not_lead_to_other_sites(self, client_of: Any, storekeeper: User) -> None:
        client = client_of(storekeeper)

        response = client.post(
            "/i18n/setlang/", {"language": "ja", "next": "https://elsewhere.example/"}
        )

        assert "elsewhere" not in response.headers["Location"]


class TestPages:
    def test_come_in_the_users_language_whatever_the_browser_asks(
        self, client_of: Any, storekeeper: User
    ) -> None:
        client = client_of(storekeeper, language="en")
        assert language_of(client, accept_language="ja") == "en"

        client = client_of(storekeeper, language="ja")
        assert language_of(client, accept_language="en") == "ja"

    def test_come_in_the_browsers_language_until_one_is_chosen(
        self, client_of: Any, storekeeper: User
    ) -> None:
        client = client_of(storekeeper, language="")

        assert language_of(client, accept_language="en-GB,en;q=0.9") == "en"
        assert language_of(client, accept_language="ja") == "ja"

    def test_come_in_japanese_when_nobody_says(self, client: Client) -> None:
        assert language_of(client) == "ja"
        assert language_of(client, accept_language="fr") == "ja"
