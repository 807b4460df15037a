from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Files in and out: import with preview, export of what is filtered."""

    name = "exchange"
    verbose_name = _("Import and export")
