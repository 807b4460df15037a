"""Repeated failures lock a name out from an address, for a while, and anybody alike."""

from datetime import timedelta
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from access.models import User
from audit.kinds import Kind
from signin.lockout import current_lockouts, unlock
from tests.webapp.signin.steps import (
    code,
    events,
    give_second_factor,
    is_signed_in,
    sign_in,
    text_of,
    wrong_code,
)
from tests.webapp.threads import at_once

pytestmark = pytest.mark.django_db

LIMIT = settings.AXES_FAILURE_LIMIT


def fail(client: Client, name: User | str, times: int = LIMIT, **extra: Any) -> Any:
    for _time in range(times):
        response = sign_in(client, name, "wrong", **extra)
    return response


class TestLockout:
    def test_comes_with_the_fifth_failure(self, client: Client, storekeeper: User) -> None:
        assert fail(client, storekeeper, LIMIT - 1).status_code == 200

        assert sign_in(client, storekeeper, "wrong").status_code == 429

    def test_refuses_the_right_password(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)

        assert sign_in(client, storekeeper).status_code == 429
        assert not is_signed_in(client)

    def test_tells_when_it_ends_and_whom_to_ask(self, client: Client, storekeeper: User) -> None:
        with override_settings(SUPPORT_CONTACT="Help desk, telephone 123"):
            page = fail(client, storekeeper)

        [lockout] = current_lockouts()
        assert f"locked until {timezone.localtime(lockout.until):%H:%M}" in text_of(page)
        assert "Help desk, telephone 123" in text_of(page)
        seconds = settings.AXES_COOLOFF_TIME.total_seconds()
        assert seconds - 60 < int(page.headers["Retry-After"]) <= seconds

    def test_speaks_the_language_of_the_page(self, client: Client, storekeeper: User) -> None:
        page = fail(client, storekeeper, headers={"accept-language": "ja"})

        assert page.headers["Content-Language"] == "ja"

    def test_tells_nothing_about_whether_the_name_exists(
        self, client: Client, storekeeper: User
    ) -> None:
        now = timezone.now().replace(second=0)
        with mock.patch("django.utils.timezone.now", return_value=now):
            known = [fail(client, storekeeper, 1) for _ in range(LIMIT + 1)]
            unknown = [fail(client, "nobody", 1) for _ in range(LIMIT + 1)]

        assert [page.status_code for page in known] == [page.status_code for page in unknown]
        assert text_of(known[-1]) == text_of(unknown[-1])

    def test_ends_by_itself_at_the_time_told(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)
        [lockout] = current_lockouts()

        after = lockout.until + timedelta(seconds=1)
        with mock.patch("axes.handlers.proxy.now", return_value=after):
            sign_in(client, storekeeper)

        assert is_signed_in(client)

    def test_is_not_made_longer_by_trying_on(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)
        [before] = current_lockouts()

        fail(client, storekeeper)

        assert current_lockouts() == [before]

    def test_is_of_one_address(self, client: Client, storekeeper: User) -> None:
        """Otherwise anybody could keep anybody out."""
        fail(client, storekeeper, REMOTE_ADDR="203.0.113.7")

        sign_in(client, storekeeper, REMOTE_ADDR="203.0.113.8")

        assert is_signed_in(client)

    def test_is_of_one_name(self, client: Client, storekeeper: User, buyer: User) -> None:
        fail(client, storekeeper)

        sign_in(client, buyer)

        assert is_signed_in(client)

    def test_is_not_escaped_by_calling_oneself_another_browser(
        self, client: Client, storekeeper: User
    ) -> None:
        for number in range(LIMIT):
            response = fail(client, storekeeper, 1, HTTP_USER_AGENT=f"Browser {number}")

        assert response.status_code == 429

    @override_settings(TRUSTED_PROXIES=1)
    def test_goes_by_the_address_that_our_proxy_saw(
        self, client: Client, storekeeper: User
    ) -> None:
        for number in range(LIMIT):
            forged = {"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"}
            response = fail(client, storekeeper, 1, headers=forged)

        assert response.status_code == 429
        assert [lockout.address for lockout in current_lockouts()] == ["203.0.113.7"]

    def test_forgets_failures_after_a_success(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper, LIMIT - 1)
        sign_in(client, storekeeper)
        client.post("/admin/logout/")

        assert fail(client, storekeeper, LIMIT - 1).status_code == 200

    def test_counts_guesses_from_many_addresses_too(
        self, client: Client, storekeeper: User
    ) -> None:
        with override_settings(ACCOUNT_RATE_LIMITS={"login": None, "login_failed": "6/h/key"}):
            for number in range(6):
                fail(client, storekeeper, 1, REMOTE_ADDR=f"203.0.113.{number}")

            page = sign_in(client, storekeeper, REMOTE_ADDR="203.0.113.99")

        assert "Too many failed attempts." in text_of(page)
        assert not is_signed_in(client)
        assert events(Kind.SIGN_IN_FAILED)[-1].details == {
            "step": "password",
            "refused": "too many attempts",
        }

    def test_is_recorded_once(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper, LIMIT + 2)

        [locked] = events(Kind.LOCKED_OUT)
        assert locked.object_id == str(storekeeper.pk)
        assert locked.details == {"minutes": 15}
        refused = [(entry.details or {}).get("refused") for entry in events(Kind.SIGN_IN_FAILED)]
        assert refused == [None] * LIMIT + ["locked out"] * 2


class TestCodes:
    @pytest.fixture
    def asked_for_code(self, client: Client, storekeeper: User) -> Client:
        give_second_factor(storekeeper)
        sign_in(client, storekeeper)
        return client

    def test_that_are_wrong_lock_out_like_passwords(
        self, asked_for_code: Client, storekeeper: User
    ) -> None:
        for _time in range(LIMIT):
            page = asked_for_code.post("/account/second-factor/sign-in/", {"code": wrong_code()})

        assert page.status_code == 429
        [locked] = events(Kind.LOCKED_OUT)
        assert locked.object_label == "storekeeper"

    def test_that_are_right_open_nothing_while_locked_out(self, asked_for_code: Client) -> None:
        for _time in range(LIMIT):
            asked_for_code.post("/account/second-factor/sign-in/", {"code": wrong_code()})

        page = asked_for_code.post("/account/second-factor/sign-in/", {"code": code()})

        assert page.status_code == 429
        assert not is_signed_in(asked_for_code)

    def test_count_together_with_passwords(self, client: Client, storekeeper: User) -> None:
        """The right password alone does not wipe the slate clean."""
        give_second_factor(storekeeper)
        fail(client, storekeeper, 3)
        sign_in(client, storekeeper)
        client.post("/account/second-factor/sign-in/", {"code": wrong_code()})

        page = client.post("/account/second-factor/sign-in/", {"code": wrong_code()})

        assert page.status_code == 429

    def test_are_recorded_without_the_code(self, asked_for_code: Client) -> None:
        asked_for_code.post("/account/second-factor/sign-in/", {"code": wrong_code()})

        [failure] = events(Kind.SIGN_IN_FAILED)
        assert failure.details == {"step": "code"}


class TestUnlocking:
    def test_lets_in_again(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)

        assert unlock(name="storekeeper", address="127.0.0.1") == 1

        sign_in(client, storekeeper)
        assert is_signed_in(client)

    def test_is_recorded(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)

        unlock(name="storekeeper", address="127.0.0.1")
        unlock(name="storekeeper", address="127.0.0.1")

        [unlocked] = events(Kind.UNLOCKED)
        assert unlocked.object_id == str(storekeeper.pk)
        assert unlocked.details == {"address": "127.0.0.1"}

    def test_is_of_this_address_only(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)
        fail(client, storekeeper, REMOTE_ADDR="203.0.113.7")

        unlock(name="storekeeper", address="127.0.0.1")

        assert [lockout.address for lockout in current_lockouts()] == ["203.0.113.7"]

    def test_works_from_the_command_line(
        self, client: Client, storekeeper: User, buyer: User
    ) -> None:
        fail(client, storekeeper)
        fail(client, storekeeper, REMOTE_ADDR="203.0.113.7")
        fail(client, buyer)

        call_command("unlock_account", "storekeeper", stdout=StringIO())

        assert [lockout.name for lockout in current_lockouts()] == ["buyer"]
        assert len(events(Kind.UNLOCKED)) == 2

    def test_says_so_when_nobody_is_locked_out(self, storekeeper: User) -> None:
        with pytest.raises(CommandError, match="storekeeper is not locked out"):
            call_command("unlock_account", "storekeeper")

    def test_works_by_the_commands_of_axes_too(self, client: Client, storekeeper: User) -> None:
        fail(client, storekeeper)

        call_command("axes_reset_username", "storekeeper", stdout=StringIO())

        assert current_lockouts() == []


@pytest.mark.django_db(transaction=True)
def test_attempts_sent_at_once_are_counted_one_after_the_other(
    storekeeper: User,
) -> None:
    """Otherwise a burst of guesses gets in before the first of them is counted."""
    answers = at_once(
        [lambda: sign_in(Client(), storekeeper, "wrong").status_code for _ in range(3 * LIMIT)]
    )

    codes = sorted(answers.only_raised().results)
    assert codes == [200] * (LIMIT - 1) + [429] * (2 * LIMIT + 1)
