"""Settings come from the environment, and say what is wrong with it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import database_from_env, env, env_bool, env_int, env_list


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER_NAME", "DB_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


class TestEnv:
    def test_takes_the_value(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X", "y")

        assert env("X") == env("X", "z") == "y"

    def test_takes_the_default(self) -> None:
        assert env("X_MISSING", "z") == "z"

    def test_says_what_is_missing(self) -> None:
        with pytest.raises(
            ImproperlyConfigured, match=r"X_MISSING is not set\. See \.env\.example"
        ):
            env("X_MISSING")


class TestEnvBool:
    @pytest.mark.parametrize(
        ("text", "value"),
        [("1", True), ("True", True), ("on", True), ("0", False), ("no", False), ("FALSE", False)],
    )
    def test_reads(self, text: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X", text)

        assert env_bool("X", default=not value) is value

    @pytest.mark.parametrize("default", [True, False])
    def test_takes_the_default_also_for_nothing(
        self, default: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("X", "")

        assert env_bool("X", default=default) is default
        assert env_bool("X_MISSING", default=default) is default

    def test_does_not_guess(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X", "maybe")

        with pytest.raises(ImproperlyConfigured, match="X='maybe': use 1 or 0"):
            env_bool("X", default=True)


class TestEnvInt:
    def test_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X", "48")

        assert env_int("X", default=5) == 48
        assert env_int("X_MISSING", default=5) == 5

    def test_does_not_guess(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X", "2 days")

        with pytest.raises(ImproperlyConfigured, match="X='2 days': use a whole number"):
            env_int("X", default=5)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " a.example, b.example ,")

    assert env_list("X") == ["a.example", "b.example"]
    assert env_list("X_MISSING") == []


class TestDatabase:
    def test_is_named_by_an_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://app:p%40ss%2F@db.example:6432/inventory")

        assert database_from_env() == {
            "NAME": "inventory",
            "USER": "app",
            "PASSWORD": "p@ss/",
            "HOST": "db.example",
            "PORT": "6432",
        }

    def test_is_at_the_usual_port(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://app@db.example/inventory")

        assert database_from_env()["PORT"] == "5432"

    def test_is_named_by_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HOST", "NAME", "USER_NAME", "PASSWORD"):
            monkeypatch.setenv(f"DB_{name}", name.lower())

        assert database_from_env() == {
            "NAME": "name",
            "USER": "user_name",
            "PASSWORD": "password",
            "HOST": "host",
            "PORT": "5432",
        }

    def test_says_which_variable_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DB_NAME", "inventory")

        with pytest.raises(ImproperlyConfigured, match="DB_USER_NAME is not set"):
            database_from_env()

    @pytest.mark.parametrize(
        "address",
        [
            "mysql://app@db.example/inventory",
            "sqlite:///file.db",
            "postgresql://app@db.example",
            "postgresql://app@db.example:port/inventory",
            "postgresql://app@db.example:99999/inventory",
        ],
    )
    def test_is_postgresql_with_a_name_and_a_port(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", address)

        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must read postgresql://"):
            database_from_env()

    def test_does_not_pass_over_a_demand_for_encryption(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://a@db.example/i?sslmode=verify-full")

        with pytest.raises(ImproperlyConfigured, match="set by DB_SSLMODE"):
            database_from_env()
