"""Forms of the pages that write orders and decide about them."""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.models import Part, Supplier, SupplierPart
from core import units
from core.currencies import validate_currency
from core.fields import QuantityField
from core.lines import LineFormSet
from core.pages import as_id
from core.rows import rows_by_key
from core.widgets import SearchField, SearchSelect
from purchasing.entries import DraftLine
from purchasing.models import OrderLine, PurchaseOrder
from stock.forms import PART_FIELDS
from stock.models import Location

LATEST_DAY = date(2100, 1, 1)
_PAST = _("This day is past. Choose today or a later one.")


def _text(**attrs: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs=attrs)


def _number() -> UnfoldAdminTextInputWidget:
    return _text(inputmode="decimal", autocomplete="off")


def _day() -> forms.DateInput:
    return forms.DateInput(
        attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"
    )


def _area(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows, "class": "inventory-text"})


class DayField(forms.DateField):
    """A day that a calendar of this century knows."""

    def __init__(self, *, may_be_past: bool = True, **kwargs: Any) -> None:
        self.may_be_past = may_be_past
        super().__init__(widget=_day(), **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and day >= LATEST_DAY:
            raise ValidationError(_("This day is too far away."))
        if day and not self.may_be_past and day < timezone.localdate():
            raise ValidationError(_PAST)
        return day


# --- Drafts -----------------------------------------------------------------------------------


class OrderForm(forms.Form):
    """What holds for all lines of a draft."""

    supplier = SearchField(
        Supplier.objects.all(),
        label=_("Supplier"),
        widget=SearchSelect(PurchaseOrder, "supplier", placeholder=_("Name")),
    )
    destination = SearchField(
        Location.objects.all(),
        label=_("Destination"),
        required=False,
        widget=SearchSelect(PurchaseOrder, "destination", placeholder=_("Location")),
        help_text=_("Where the goods are put. Receiving starts with this location."),
    )
    expected_on = DayField(
        label=_("Expected on"), required=False, help_text=_("When the goods should be here.")
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=5000,
        required=False,
        widget=_area(2),
        help_text=_("Printed on the order for the supplier to read."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4

    def clean_expected_on(self) -> date | None:
        """A day to come, or the one that the draft has had already."""
        day: date | None = self.cleaned_data["expected_on"]
        if day and day < timezone.localdate() and day != self.initial.get("expected_on"):
            raise ValidationError(_PAST)
        return day


class OrderLineForm(forms.Form):
    """One line: a part, as the supplier sells it or in a pack given here."""

    line = forms.IntegerField(widget=forms.HiddenInput, required=False)
    part = SearchField(
        Part.objects.defer("search_text"),
        label=_("Part"),
        widget=SearchSelect(OrderLine, "part", placeholder=_("Number or name")),
    )
    supplier_part = SearchField(
        SupplierPart.objects.select_related("part", "supplier"),
        label=_("SKU"),
        required=False,
        widget=SearchSelect(OrderLine, "supplier_part", placeholder=_("The supplier's number")),
    )
    quantity = QuantityField(label=_("Packs"), widget=_number())
    unit_price = QuantityField(
        label=_("Price of a pack"), required=False, may_be_zero=True, widget=_number()
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, required=False, widget=_text(placeholder="JPY")
    )
    tolerance_percent = QuantityField(
        label=_("Tolerance (%)"), required=False, may_be_zero=True, widget=_number(), initial="0"
    )
    pack_quantity = QuantityField(
        label=_("Pack size"), required=False, widget=_number(), initial="1"
    )
    pack_unit = forms.ChoiceField(
        label=_("Unit of the pack"),
        required=False,
        choices=[("", _("the part's")), *units.UNITS.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if currency:
            validate_currency(currency)
        return currency

    def clean_tolerance_percent(self) -> Any:
        percent = self.cleaned_data["tolerance_percent"] or 0
        if percent > 100:
            raise ValidationError(_("The tolerance is from 0 to 100 %."))
        return percent

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("unit_price") is not None and "currency" not in self.errors:
            offer = self.cleaned_data.get("supplier_part")
            currency = self.cleaned_data.get("currency") or (offer.currency if offer else "")
            if not currency:
                self.add_error("currency", _("A price needs its currency, such as JPY."))
            self.cleaned_data["currency"] = currency

    def line_of(self, supplier: Supplier) -> DraftLine:
        """What the service takes.

        Without a SKU it is the one that the supplier has for the part, if there is one only;
        without a price it is the SKU's.
        """
        data = self.cleaned_data
        offer = data["supplier_part"] or _only_offer(data["part"], supplier)
        price, currency = data["unit_price"], data["currency"]
        if price is None and offer is not None:
            price, currency = offer.unit_price, offer.currency
        return DraftLine(
            part=data["part"],
            supplier_part=offer,
            quantity=data["quantity"],
            unit_price=price,
            currency=currency,
            tolerance_percent=data["tolerance_percent"],
            pack_quantity=data["pack_quantity"] or Decimal(1),
            pack_unit=data["pack_unit"] or data["part"].unit,
            line=data["line"],
        )


def _only_offer(part: Part, supplier: Supplier) -> SupplierPart | None:
    offers = list(SupplierPart.objects.filter(part=part, supplier=supplier, active=True)[:2])
    return offers[0] if len(offers) == 1 else None


class BaseOrderLineFormSet(LineFormSet):
    """Lines of which at least one is filled in."""

    def fetched(self, name: str) -> Mapping[int, Model]:
        return self._parts if name == "part" else self._offers

    @cached_property
    def _parts(self) -> Mapping[int, Part]:
        return rows_by_key(Part, self.sent_keys("part"), *PART_FIELDS)

    @cached_property
    def _offers(self) -> Mapping[int, SupplierPart]:
        offers = rows_by_key(SupplierPart, self.sent_keys("supplier_part"))
        for offer in offers.values():
            if offer.part_id in self._parts:
                offer.part = self._parts[offer.part_id]
        return offers

    def filled(self) -> list[OrderLineForm]:
        """The forms that are filled in and not taken away."""
        return [
            form for form in self.forms if form.has_changed() and form not in self.deleted_forms
        ]

    def clean(self) -> None:
        if not any(self.errors) and not self.filled():
            raise ValidationError(_("Enter at least one line with a part and a quantity."))


MOST_LINES = 200


@cache
def order_line_formset(*, rows: int) -> type[BaseOrderLineFormSet]:
    """A set of `rows` empty lines to begin with; the page adds more."""
    formset: type[BaseOrderLineFormSet] = forms.formset_factory(  # type: ignore[assignment]
        OrderLineForm,
        formset=BaseOrderLineFormSet,
        extra=rows,
        max_num=MOST_LINES,
        validate_max=True,
        absolute_max=MOST_LINES + 1,
        can_delete=True,
    )
    return formset


# --- Decisions --------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """The version of the order that was decided about."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: PurchaseOrder, **kwargs: Any) -> None:
        self.order = order
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = order.version

    def values(self) -> dict[str, Any]:
        """What the service takes besides order, person and time."""
        return dict(self.cleaned_data)

    def look_again(self, order: PurchaseOrder) -> None:
        """After a refusal the page shows the order as it is now, and decides about that."""
        self.order = order
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(order.version)
        self.data = data


class ReasonForm(DecisionForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=_text())


class PlaceForm(DecisionForm):
    """What the supplier answered."""

    reference = forms.CharField(
        label=_("Supplier's reference"),
        max_length=100,
        required=False,
        widget=_text(),
        help_text=_("The number under which the supplier keeps this order."),
    )
    expected_on = DayField(
        label=_("Expected on"), required=False, help_text=_("When the goods should be here.")
    )


class PostponeForm(DecisionForm):
    """Another day."""

    expected_on = DayField(label=_("Expected on"), may_be_past=False)
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False, widget=_text())


class LinesForm(ReasonForm):
    """Which lines; the page shows them as a table with a box each."""

    lines = forms.TypedMultipleChoiceField(
        label=_("Lines"), coerce=lambda text: as_id(text) or 0, widget=forms.CheckboxSelectMultiple
    )
    wants_closed = False
    field_order = ("lines", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = self.order.lines.select_related("part").order_by("position")
        self.shown = [
            line
            for line in every
            if (line.closed if self.wants_closed else line.missing and not line.closed)
        ]
        self.fields["lines"].choices = [(line.pk, str(line)) for line in self.shown]  # type: ignore[attr-defined]
        self.fields["lines"].initial = [line.pk for line in self.shown]

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "lines": set(self.cleaned_data["lines"])}

    def rows(self) -> list[tuple[OrderLine, bool]]:
        """Each line, and whether its box is ticked."""
        chosen = {str(value) for value in self["lines"].value() or []}
        return [(line, str(line.pk) in chosen) for line in self.shown]

    @property
    def checkbox_classes(self) -> str:
        return " ".join(CHECKBOX_CLASSES)


class ReopenForm(LinesForm):
    """Which of the lines that were closed short."""

    wants_closed = True
