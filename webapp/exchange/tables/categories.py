"""categories.csv"""

from django.utils.translation import gettext_lazy as _

from catalog.models import Category
from exchange import parsers
from exchange.columns import Column
from exchange.tables.tree import NAMES, PATH, TreeTable


class CategoriesTable(TreeTable):
    """Nested categories of parts."""

    name = "categories"
    label = _("categories")
    model = Category
    import_permissions = ("catalog.add_category", "catalog.change_category")
    view_permission = "catalog.view_category"
    columns = (
        PATH,
        *NAMES,
        Column(
            name="description",
            label=_("description"),
            parse=parsers.text(),
            example="Resistors, capacitors, inductors",
        ),
    )
