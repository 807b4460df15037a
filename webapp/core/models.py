"""What models share: labels of choices, names in Japanese and English, and trees of them."""

from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_japanese() -> bool:
    """Whether the page is being made in Japanese."""
    return (get_language() or "ja").startswith("ja")


def either(japanese: str, english: str) -> str:
    """The text in the user's language, or in the other one where that is missing."""
    return (japanese or english) if in_japanese() else (english or japanese)


def display_expression(field: str, *, prefix: str = "") -> Coalesce:
    """The database's expression of ``either(<field>_ja, <field>_en)``, to sort by."""
    first, second = ("ja", "en") if in_japanese() else ("en", "ja")
    return Coalesce(
        NullIf(f"{prefix}{field}_{first}", models.Value("")), f"{prefix}{field}_{second}"
    )


def path_shown(path: str, path_ja: str, name_ja: str, name_en: str) -> str:
    """Of a node of a tree, from the root, in the user's language."""
    shown = path_ja if in_japanese() else path
    return (shown or either(name_ja, name_en)).replace("/", " / ")


class ChoiceLabels(models.Model):
    """Mixin: the label of a choice by one look into a table.

    Django's own makes that table anew each time, and translates all labels to find one of them;
    a list of fifty rows asks for a hundred.
    """

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> str:  # noqa: N802 - of Django
        value = getattr(self, field.attname)
        labels = _labels(field)
        return str(labels[value]) if value in labels else str(value)


@cache
def _labels(field: "models.Field[Any, Any]") -> dict[Any, Any]:
    return dict(field.flatchoices)


class BilingualName(ChoiceLabels):
    """Mixin: ``name_ja`` and ``name_en``, shown in the language of the user."""

    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_ja="", name_en=""),
                name="%(app_label)s_%(class)s_has_name",
                violation_error_message=_("Give a name in Japanese or in English."),
            ),
        ]

    @property
    def name(self) -> str:
        return either(self.name_ja, self.name_en)

    def clean(self) -> None:
        super().clean()
        self.name_ja = self.name_ja.strip()
        self.name_en = self.name_en.strip()


class TreeNode(BilingualName):
    """Mixin: a node of a tree whose paths the database keeps (see ``core.sql.tree_triggers``)."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    path = models.TextField(_("path"), editable=False, default="")
    path_ja = models.TextField(_("path (Japanese)"), editable=False, default="")

    class Meta(BilingualName.Meta):
        abstract = True
        constraints = [
            *BilingualName.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(name_ja__contains="/") & ~Q(name_en__contains="/"),
                name="%(app_label)s_%(class)s_name_without_slash",
                violation_error_message=_("A name cannot contain “/”: it separates the levels."),
            ),
        ]

    def __str__(self) -> str:
        return self.path_shown

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.refresh_from_db(fields=["path", "path_ja"])

    @property
    def path_shown(self) -> str:
        """From the root to this node, in the language of the user."""
        return path_shown(self.path, self.path_ja, self.name_ja, self.name_en)

    def clean(self) -> None:
        """Refuse a cycle and a second node of the same path, before the database does."""
        super().clean()
        parent = self.parent
        if self.pk and parent and (parent.pk == self.pk or parent.path.startswith(f"{self.path}/")):
            raise ValidationError(
                {
                    "parent": _(
                        "A branch cannot be moved beneath itself. Choose a parent outside it."
                    )
                }
            )
        own = self.name_en or self.name_ja
        path = f"{parent.path}/{own}" if parent else own
        if type(self)._default_manager.filter(path__iexact=path).exclude(pk=self.pk).exists():
            raise ValidationError(
                _("“%(path)s” exists already. Choose another name or another parent."),
                params={"path": path},
            )


class TreeQuerySet[Node: TreeNode](models.QuerySet[Node]):
    """Questions to a tree."""

    def branch(self, root: TreeNode) -> "TreeQuerySet[Node]":
        """`root` and everything beneath it."""
        return self.filter(Q(pk=root.pk) | Q(path__startswith=f"{root.path}/"))

    def branch_keys(self, root: int) -> list[int]:
        """The keys of the node and of everything beneath it; none if there is no such node.

        Lists are filtered by the keys themselves: of a subquery the planner does not know whether
        it names one shelf or half of the house.
        """
        beneath = Concat(Subquery(self.filter(pk=root).values("path")), Value("/"))
        found = self.filter(Q(pk=root) | Q(path__startswith=beneath)).order_by()
        return list(found.values_list("pk", flat=True))
