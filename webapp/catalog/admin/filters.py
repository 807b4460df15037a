"""Filters of the lists of parts, usable from other lists by the path to the part."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, StockStatus, Supplier, SupplierPart, Tracking
from core.lists.filters import Options, OptionsFilter, kept_choices
from core.models import in_japanese
from core.pages import as_id
from purchasing.reorder import finding
from stock.models import Location, StockLevel


class CategoryFilter(OptionsFilter):
    """A category with everything beneath it."""

    title = _("category")
    parameter_name = "category"
    part_path = ""

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_branches(Category)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        branch = chosen_branch(Category.objects.all(), self.value())
        if branch is None:
            return queryset
        return queryset.filter(**{f"{self.part_path}category__in": branch})


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
        there = StockLevel.objects.filter(location__in=branch, quantity__gt=0)
        return queryset.filter(pk__in=there.values("part_id"))


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
        return queryset.filter(pk__in=sold.values("part_id"))


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


def chosen_branch(nodes: models.QuerySet[Any], value: str | None) -> models.QuerySet[Any] | None:
    """The branch of the node chosen; None where nothing, or nothing that exists, is chosen."""
    root = nodes.filter(pk=as_id(value)).first()
    return nodes.model._default_manager.branch(root) if root else None
