from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PurchasingConfig(AppConfig):
    """Orders to suppliers, what was received of them, and re-ordering by itself."""

    name = "purchasing"
    verbose_name = _("Purchasing")
