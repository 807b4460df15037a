from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """Carries the system checks that judge the settings."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415 - registers by being imported


class InventoryAdminConfig(AdminConfig):
    """Django's admin with a site of our own."""

    default_site = "core.site.InventoryAdminSite"
