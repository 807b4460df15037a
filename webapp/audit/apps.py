from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Who changed, saw or tried what, when and from where: append-only, and hash-chained."""

    name = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from audit.installing import install_triggers_after  # noqa: PLC0415 - needs the models

        post_migrate.connect(install_triggers_after, dispatch_uid="audit.installing")
