"""Nested places where parts lie."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import TreeNode, TreeQuerySet


class LocationQuerySet(TreeQuerySet["Location"]):
    """Questions to the locations."""


class Location(TreeNode):
    """A building, room, shelf or box; its path is kept by the database."""

    description = models.TextField(_("description"), blank=True)
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Inactive locations keep their history, but take no new stock."),
    )

    objects = LocationQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [
            *TreeNode.Meta.constraints,
            models.UniqueConstraint(
                Lower("path"),
                name="stock_location_path_unique",
                violation_error_message=_("A location of this name exists here already."),
            ),
        ]
