"""Nested categories of parts."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import TreeNode, TreeQuerySet


class CategoryQuerySet(TreeQuerySet["Category"]):
    """Questions to the categories."""


class Category(TreeNode):
    """A category of parts; its path and the absence of cycles are kept by the database."""

    description = models.TextField(_("description"), blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            *TreeNode.Meta.constraints,
            models.UniqueConstraint(
                Lower("path"),
                name="catalog_category_path_unique",
                violation_error_message=_("A category of this name exists here already."),
            ),
        ]
