from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Parts, their categories, and who supplies them."""

    name = "catalog"
    verbose_name = _("Catalogue")
