from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """What every application shares: errors, trees, units, currencies, health."""

    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import statements  # noqa: PLC0415 - once settings are there

        connection_created.connect(statements.watch, dispatch_uid="core.statements")
