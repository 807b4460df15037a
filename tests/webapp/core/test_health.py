"""The probes of the load balancer, and what they say is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, connection
from django.test import Client
from django.utils import timezone

from core import health
from stock.models import LedgerVerification
from stock.verification import verify_ledger
from tests.webapp.database import as_owner

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, dict[str, str]]:
    response = Client().get("/readyz")
    return response.status_code, response.json()


def verified(*, hours_ago: int = 0, differences: int = 0) -> LedgerVerification:
    at = timezone.now() - timedelta(hours=hours_ago)
    return LedgerVerification.objects.create(
        started_at=at, finished_at=at, movements=0, levels=0, difference_count=differences
    )


class TestLive:
    def test_asks_nothing_of_anybody(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            response = Client().get("/livez")

        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    def test_answers_by_address_and_without_tls(self, settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["inventory.example"]
        settings.SECURE_SSL_REDIRECT = True

        assert Client().get("/livez", headers={"host": "10.0.0.7:8000"}).status_code == 200
        assert Client().get("/readyz", headers={"host": "10.0.0.7:8000"}).status_code == 200


class TestReady:
    def test_is_well_when_all_is_well(self) -> None:
        verify_ledger(by=None)

        assert ready() == (
            200,
            {
                "status": "ok",
                "database": "ok",
                "migrations": "ok",
                "ledger_verification": "ok",
            },
        )

    def test_fails_without_a_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A real connection, to a port where nobody answers."""
        nobody = connection.copy()
        nobody.settings_dict["HOST"] = "127.0.0.1"
        nobody.settings_dict["PORT"] = "1"
        monkeypatch.setattr(health, "connection", nobody)

        assert ready() == (503, {"status": "failing", "database": "cannot be reached"})

    def test_fails_when_the_database_went_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def cursor() -> None:
            raise InterfaceError("connection already closed")

        monkeypatch.setattr(connection, "cursor", cursor)

        assert ready()[0] == 503

    def test_fails_with_the_number_of_migrations_that_are_missing(self) -> None:
        with as_owner() as cursor:
            cursor.execute(
                "DELETE FROM django_migrations WHERE (app, name) IN "
                "(('purchasing', '0004_orders_of_a_supplier'), ('exchange', '0001_initial'))"
            )

        assert ready() == (
            503,
            {"status": "failing", "database": "ok", "migrations": "2 not applied"},
        )

    @pytest.mark.parametrize(
        ("verification", "said"),
        [
            (None, "never verified"),
            ({"hours_ago": 49}, "last verified 20"),
            ({"differences": 3}, "3 differences"),
        ],
    )
    def test_serves_on_with_a_warning_about_the_ledger(
        self, verification: dict[str, int] | None, said: str
    ) -> None:
        if verification is not None:
            verified(**verification)

        status, states = ready()

        assert (status, states["status"]) == (200, "warning")
        assert states["ledger_verification"].startswith(said)

    def test_judges_by_the_latest_verification(self) -> None:
        verified(hours_ago=1, differences=3)
        verified()

        assert ready()[1]["status"] == "ok"

    def test_takes_the_age_from_the_settings(self, settings: Any) -> None:
        settings.LEDGER_VERIFICATION_MAX_AGE_HOURS = 2
        verified(hours_ago=3)

        assert ready()[1]["status"] == "warning"
