from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StockConfig(AppConfig):
    """Where parts lie, how many, and every movement that made it so."""

    name = "stock"
    verbose_name = _("Stock")
