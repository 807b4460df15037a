"""Rules between settings, as Django system checks with ids of their own."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register()
def check_database(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Only PostgreSQL keeps the promises of the ledger."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != "core.postgresql":
        return [
            Error(
                f"The database engine is {engine}.",
                id="inventory.E001",
                hint="Use PostgreSQL 17 or later: DATABASE_URL=postgresql://…",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What a deployed service must have beyond Django's own checks."""
    found: list[CheckMessage] = []
    if not settings.TLS:
        found.append(
            Error(
                "DJANGO_TLS is off: cookies would travel in clear.",
                id="inventory.E002",
                hint="Leave DJANGO_TLS unset in a deployment.",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "DJANGO_ALLOWED_HOSTS allows every host.",
                id="inventory.E003",
                hint="Name the hosts that the service answers for.",
            )
        )
    if not settings.DB_APP_ROLE:
        found.append(
            Warning(
                "DB_APP_ROLE is not set: migrations cannot grant the application's "
                "database user its rights.",
                id="inventory.W001",
                hint="Set DB_APP_ROLE to the name of that user.",
            )
        )
    return found
