"""locations.csv"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from exchange import parsers
from exchange.columns import Column
from exchange.tables.tree import NAMES, PATH, TreeTable
from stock.models import Location


class LocationsTable(TreeTable):
    """Nested places where parts lie."""

    name = "locations"
    label = _("locations")
    model = Location
    import_permissions = ("stock.add_location", "stock.change_location")
    view_permission = "stock.view_location"
    columns = (
        replace(PATH, example="Main store/Shelf A"),
        replace(NAMES[0], example="棚A"),
        replace(NAMES[1], example="Shelf A"),
        Column(
            name="description",
            label=_("description"),
            parse=parsers.text(),
            example="Left of the door",
        ),
        Column(name="active", label=_("active"), parse=parsers.boolean, empty=True, example="true"),
    )
