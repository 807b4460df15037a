from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """What every application shares: errors, trees, units, currencies, health."""

    name = "core"
    verbose_name = _("Core")
