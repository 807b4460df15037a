"""The settings as the environment makes them, judged by the system checks."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config import checks
from config import settings as settings_module
from config.checks import check_database, check_deployment

type Settings = Callable[..., dict[str, Any]]

DEPLOYMENT = {
    "DJANGO_SECRET_KEY": "neither-short-nor-guessed-0123456789-abcdefghijklmnop-QRSTUV",
    "DJANGO_ALLOWED_HOSTS": "inventory.example",
    "DJANGO_TLS": "1",
    "DJANGO_DEBUG": "",
    "DJANGO_LOG_JSON": "1",
    "DATABASE_URL": "postgresql://app:secret@db.example/inventory",
    "DB_APP_ROLE": "inventory_app",
}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a deployment, with some variables changed; None takes one away."""

    def run(**changes: str | None) -> dict[str, Any]:
        for name, value in {**DEPLOYMENT, **changes}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings_module.__file__))

    return run


class TestDeployment:
    def test_travels_by_tls_only(self, load: Settings) -> None:
        settings = load()

        assert settings["DEBUG"] is False
        assert settings["SECURE_SSL_REDIRECT"]
        assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
        assert settings["SESSION_COOKIE_SECURE"]
        assert settings["CSRF_COOKIE_SECURE"]
        assert settings["LANGUAGE_COOKIE_SECURE"]
        assert settings["SESSION_COOKIE_NAME"].startswith("__Host-")
        assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")

    def test_is_careful_when_nobody_says_otherwise(self, load: Settings) -> None:
        settings = load(DJANGO_TLS=None, DJANGO_DEBUG=None)

        assert settings["TLS"] is True
        assert settings["DEBUG"] is False

    def test_needs_a_secret_of_its_own(self, load: Settings) -> None:
        with pytest.raises(ImproperlyConfigured, match="DJANGO_SECRET_KEY is not set"):
            load(DJANGO_SECRET_KEY=None)

    def test_runs_no_script_of_strangers(self, load: Settings) -> None:
        policy = load()["SECURE_CSP"]

        assert "'unsafe-inline'" not in [str(source) for source in policy["script-src"]]
        assert [str(source) for source in policy["object-src"]] == ["'none'"]
        assert [str(source) for source in policy["frame-ancestors"]] == ["'none'"]

    @pytest.mark.slow
    @pytest.mark.django_db
    def test_passes_djangos_checks_and_ours(self, repository: Path) -> None:
        """Some checks ask the database what it can do."""
        database = connection.settings_dict
        checked = subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            cwd=repository / "webapp",
            env={
                **DEPLOYMENT,
                "DATABASE_URL": "",
                "DB_HOST": database["HOST"],
                "DB_PORT": str(database["PORT"]),
                "DB_NAME": database["NAME"],
                "DB_USER_NAME": database["USER"],
                "DB_PASSWORD": database["PASSWORD"],
            },
            capture_output=True,
            text=True,
            check=False,
        )

        assert checked.returncode == 0, checked.stderr


def test_a_desk_works_without_tls(load: Settings) -> None:
    settings = load(DJANGO_TLS="0")

    assert not settings["SECURE_SSL_REDIRECT"]
    assert not settings["SESSION_COOKIE_SECURE"]
    assert settings["SECURE_PROXY_SSL_HEADER"] is None


class TestChecks:
    def test_are_registered(self, db: None) -> None:
        found = {message.id for message in run_checks(include_deployment_checks=True)}

        assert "inventory.E002" in found  # tests run without TLS

    def test_refuse_another_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert check_database(None) == []
        engine = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
        monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=engine))

        assert [message.id for message in check_database(None)] == ["inventory.E001"]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("TLS", True, []),
            ("TLS", False, ["inventory.E002"]),
            ("ALLOWED_HOSTS", ["*"], ["inventory.E003"]),
            ("DB_APP_ROLE", "", ["inventory.W001"]),
        ],
    )
    def test_judge_a_deployment(
        self, name: str, value: object, expected: list[str], settings: Any
    ) -> None:
        settings.TLS = True
        settings.ALLOWED_HOSTS = ["inventory.example"]
        settings.DB_APP_ROLE = "inventory_app"
        setattr(settings, name, value)

        assert [message.id for message in check_deployment(None)] == expected
