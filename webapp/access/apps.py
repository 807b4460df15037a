from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Users, roles and rights."""

    name = "access"
    verbose_name = _("People")
