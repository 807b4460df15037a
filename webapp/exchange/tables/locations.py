"""locations.csv"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange import parsers
from exchange.columns import Column, Row
from exchange.problems import Problems
from exchange.tables.base import is_new
from exchange.tables.tree import NAMES, PATH, Tree, TreeTable
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

    def check(self, instance: Any, row: Row, references: Tree[Any], problems: Problems) -> None:
        """Who works at some locations only makes and changes those beneath them."""
        super().check(instance, row, references, problems)
        place = instance
        while is_new(place) and place.parent is not None:
            place = place.parent
        reach = problems.reach
        inside = reach.includes(place) if place is not instance else reach.is_beneath(place)
        if reach.is_limited and (is_new(place) or not inside):
            problems.add(
                row.number,
                "path",
                row.values["path"],
                gettext("a location beneath your places: %(places)s") % {"places": reach.names},
                gettext("Correct the path, or ask somebody who works there to import the row."),
            )
