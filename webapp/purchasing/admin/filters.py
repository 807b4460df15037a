"""Filters of the lists of orders."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.models import User
from catalog.admin.filters import ChoiceFilter, SupplierFilter
from catalog.models import Part
from core.lists.filters import Options, OptionsFilter, kept_choices
from core.pages import as_id
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState


class StateFilter(ChoiceFilter):
    """Where the order stands."""

    title = _("state")
    parameter_name = field = "state"
    options = OrderState.choices


class OriginFilter(ChoiceFilter):
    """Whether a person, the re-order or an import made it."""

    title = _("origin")
    parameter_name = field = "origin"
    options = Origin.choices


class OrderSupplierFilter(SupplierFilter):
    """By the supplier of the order."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        supplier = as_id(self.value())
        return queryset if supplier is None else queryset.filter(supplier=supplier)


class QuestionFilter(OptionsFilter):
    """Those orders to which the answer is yes; the name is a question of the query set."""

    question: str

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=getattr(PurchaseOrder.objects.all(), self.question)())


class OpenFilter(QuestionFilter):
    """Somebody still waits for something."""

    title = _("open")
    parameter_name = question = "open"


class LateFilter(QuestionFilter):
    """Expected before today."""

    title = _("late")
    parameter_name = question = "late"


class WaitingFilter(QuestionFilter):
    """Somebody should approve it."""

    title = _("waiting for approval")
    parameter_name = "waiting"
    question = "waiting_for_approval"


class CreatorFilter(OptionsFilter):
    """Who made the order."""

    title = _("created by")
    parameter_name = "created_by"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_choices("people who made orders", _creators)

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        person = as_id(self.value())
        return queryset if person is None else queryset.filter(created_by=person)


class PartFilter(OptionsFilter):
    """Orders of one part; the part's page links to it, so that it offers that part alone."""

    title = _("part")
    parameter_name = "part"

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        asked = as_id(request.GET.get("part"))
        if asked is None:
            return []
        part = Part.objects.only("number", "name_ja", "name_en").filter(pk=asked).first()
        return [(str(part.pk), str(part))] if part else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        part = as_id(self.value())
        if part is None:
            return queryset
        return queryset.filter(pk__in=OrderLine.objects.filter(part=part).values("order_id"))


def _creators() -> list[tuple[str, str]]:
    made = PurchaseOrder.objects.filter(created_by=OuterRef("pk"))
    people = User.objects.filter(Exists(made)).order_by("username")
    return [(str(person.pk), person.display_name) for person in people]
