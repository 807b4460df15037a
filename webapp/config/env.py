"""Reading settings from the environment, failing with help.

The environment is the only source of configuration: the same image runs on a desk, in
staging and in production.
"""

import os
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str | None = None) -> str:
    """The variable's value; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"The environment variable {name} is not set. See .env.example for what it means."
        )
    return value


def env_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: use 1 or 0.")


def env_int(name: str, *, default: int) -> int:
    value = os.environ.get(name) or str(default)
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: use a whole number.") from None


def env_list(name: str, *, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def database_from_env() -> dict[str, object]:
    """The database by DATABASE_URL, or by DB_HOST, DB_PORT, DB_NAME, DB_USER_NAME, DB_PASSWORD."""
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        if (
            parts.scheme not in {"postgres", "postgresql"}
            or not parts.path.strip("/")
            or not _has_valid_port(parts)
        ):
            raise ImproperlyConfigured(
                "DATABASE_URL must read postgresql://user:password@host:port/name "
                "(only PostgreSQL is supported: constraints, locks and triggers are the product)."
            )
        if parts.query:
            raise ImproperlyConfigured(
                f"DATABASE_URL takes no parameters (?{parts.query}): "
                "how the connection is encrypted is set by DB_SSLMODE."
            )
        return {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or 5432),
        }
    return {
        "NAME": env("DB_NAME"),
        "USER": env("DB_USER_NAME"),
        "PASSWORD": env("DB_PASSWORD"),
        "HOST": env("DB_HOST"),
        "PORT": env("DB_PORT", "5432"),
    }


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False
