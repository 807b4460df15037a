"""Filters of the lists of parts, usable from other lists by the path to the part."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Part, StockStatus, Supplier, SupplierPart, Tracking
from core.keys import is_any_in, look_up
from core.lists.filters import Options, OptionsFilter, kept_choices
from core.models import TreeQuerySet, in_japanese
from core.pages import as_id
from purchasing.reorder import finding
from stock.models import Location, StockLevel

# What filters fetch and sort; of more, a page is full soon when the list is read in its order.
MOST_ROWS = 10_000
MOST_ROWS_BY_TIME = 2000


class CategoryFilter(OptionsFilter):
    """A category with everything beneath it."""

    title = _("category")
    parameter_name = "category"
    # The way to the part from the rows, and whether these are in the order of time.
    part_path = ""
    by_time = False

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_branches(Category)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        branch = chosen_branch(Category.objects.all(), self.value())
        if branch is None:
            return queryset
        return queryset.filter(of_branch(branch, part=self.part_path, by_time=self.by_time))


class LocationFilter(OptionsFilter):
    """Parts that lie at a location or beneath it."""

    title = _("location")
    parameter_name = "location"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_branches(Location)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        branch = chosen_branch(Location.objects.all(), self.value())
        if branch is None:
            return queryset
        there = StockLevel.objects.filter(quantity__gt=0).values_list("part_id")
        found = look_up(there.filter(location__in=branch), most=MOST_ROWS)
        if found.keys is not None:
            return queryset.filter(found.condition("pk"))
        return queryset.filter(pk__in=there.filter(location__in=joined(branch)))


class SupplierFilter(OptionsFilter):
    """Parts that a supplier sells."""

    title = _("supplier")
    parameter_name = "supplier"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_choices("suppliers", suppliers)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        supplier = as_id(self.value())
        if supplier is None:
            return queryset
        sold = SupplierPart.objects.filter(supplier_id=supplier)
        # Fetched and sorted: what one supplier sells stands together in the order of the numbers,
        # where the planner expects to come upon it anywhere.
        return queryset.filter(is_any_in("pk", sold.values("part_id")))


class ChoiceFilter(OptionsFilter):
    """One of a field's choices; `field` is the way to it from the rows of the list."""

    field: str
    options: Sequence[tuple[str, Any]]

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> Sequence[tuple[str, Any]]:
        return self.options

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class StatusFilter(ChoiceFilter):
    """Out, low or enough; the database keeps it."""

    title = _("stock status")
    parameter_name = field = "status"
    options = StockStatus.choices


class TrackingFilter(ChoiceFilter):
    """How single items are told apart."""

    title = _("tracking")
    parameter_name = field = "tracking"
    options = Tracking.choices


class ReorderFilter(OptionsFilter):
    """What is being done about parts that should be ordered, and what somebody must help with."""

    title = _("re-order")
    parameter_name = "reorder"
    questions = {
        "proposed": (_("Proposed"), finding.proposed),
        "on_order": (_("On order"), finding.on_order),
        "without_supplier": (_("Needs a supplier"), finding.without_supplier),
    }

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _question) in self.questions.items()]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        chosen = self.questions.get(self.value() or "")
        return queryset if chosen is None else chosen[1](queryset)


def suppliers() -> list[tuple[str, str]]:
    named = Supplier.objects.order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in named]


def kept_branches(nodes: type[models.Model]) -> Options:
    """``branch_choices`` of a whole tree."""
    return kept_choices(nodes._meta.label, lambda: branch_choices(nodes._default_manager.all()))


def branch_choices(nodes: models.QuerySet[Any]) -> list[tuple[str, str]]:
    """Every node with its path, in the order of the paths."""
    path = "path_ja" if in_japanese() else "path"
    return [
        (str(pk), shown.replace("/", " / "))
        for pk, shown in nodes.order_by(path).values_list("pk", path)
    ]


def branch_options(nodes: models.QuerySet[Any]) -> Any:
    """The same after none of them, for a drop-down: asked for where they are shown or checked."""
    return SimpleLazyObject(lambda: [("", ""), *branch_choices(nodes)])


def joined(branch: list[int]) -> models.QuerySet[Location]:
    """For a list that is read part by part: it would be searched as often as it is long."""
    return Location.objects.filter(pk__in=branch)


def of_branch(branch: list[int], *, part: str, by_time: bool) -> models.Q:
    """The condition that a part is of one of the categories."""
    of_category = models.Q(**{f"{part}category__in": branch})
    if len(branch) == 1 and not by_time:
        return of_category  # by the index of the category, in the order of the numbers
    parts = Part.objects.filter(category__in=branch)
    found = look_up(parts.values_list("pk"), most=MOST_ROWS_BY_TIME if by_time else MOST_ROWS)
    if found.keys is None:
        return of_category
    return found.condition(f"{part}id", by_time=by_time)


def chosen_branch(nodes: TreeQuerySet[Any], value: str | None) -> list[int] | None:
    """The branch of the node chosen; None where nothing, or nothing that exists, is chosen."""
    root = as_id(value)
    return (nodes.branch_keys(root) or None) if root is not None else None
