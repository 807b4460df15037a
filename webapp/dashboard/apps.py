from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    """The first page: what is out, what is low, what moved, what it is worth."""

    name = "dashboard"
    verbose_name = _("Dashboard")
