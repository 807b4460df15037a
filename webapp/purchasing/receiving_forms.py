"""Forms of the pages that receive an order and reverse a receipt."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.filters import branch_options
from catalog.models import Tracking
from core.fields import QuantityField
from core.lines import LineFormSet
from core.pages import as_id, as_ids
from core.templatetags.inventory import as_decimal
from core.text import half_width
from core.widgets import LongSelect
from purchasing.entries import Arrival
from purchasing.models import GoodsReceiptLine, OrderLine
from purchasing.receiving_rows import ENTERED_BY
from stock.forms import HeaderForm
from stock.models import Location
from stock.places import Reach

# Lines of an order, and the rows that they were split into.
MOST_ROWS = 1000
# The movements name order and receipt before the reason.
LONGEST_REASON = 400
LONGEST_NUMBER = 100
_BETWEEN_SERIALS = re.compile(r"[\n\r\t,;、]+")


def parse_serials(text: str) -> list[str]:
    """Serial numbers as a scanner, a spreadsheet or a supplier's mail lists them."""
    return [serial for part in _BETWEEN_SERIALS.split(half_width(text)) if (serial := part.strip())]


class ReceiptHeaderForm(HeaderForm):
    """What holds for the whole delivery, and the order as the page showed it."""

    delivery_note = forms.CharField(
        label=_("Delivery note"),
        max_length=LONGEST_NUMBER,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("The number on the supplier's paper."),
    )
    location = forms.ModelChoiceField(
        Location.objects.filter(active=True),
        label=_("One location for all lines"),
        required=False,
        help_text=_("Every line takes it. Single lines can be changed below."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    field_order = ("delivery_note", "occurred_at", "location", "reason")

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach.limit(self.fields["location"])
        reason = self.fields["reason"]
        reason.label, reason.help_text = _("Note"), _("For example what was damaged.")
        self.fields["occurred_at"].label = _("Received at")
        self.fields["location"].widget = LongSelect(
            {"data-placeholder": _("as in the lines"), "data-allow-clear": "true"},
            branch_options(reach.within(Location.objects.filter(active=True))),
        )

    def look_again(self, version: int) -> None:
        """After somebody else changed the order, the next request is about what it is now."""
        posted: Any = self.data
        self.data = {**posted.dict(), "version": str(version)}


class ReversalForm(HeaderForm):
    """Why a receipt is taken back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, reason_required=True, **kwargs)


def place_search() -> AutocompleteSelect:
    """The search among all locations; ``receiving.js`` lends it to a row that comes into view.

    A page has hundreds of rows, and the search is heavy in each.
    """
    return AutocompleteSelect(
        GoodsReceiptLine._meta.get_field("location"), admin.site, attrs={"data-width": "100%"}
    )


def search_attributes(search: AutocompleteSelect) -> dict[str, Any]:
    """What a ``select`` needs to become the search."""
    attributes = {
        **search.build_attrs(search.attrs),
        "data-placeholder": _("Location"),
        "data-allow-clear": "false",
    }
    return {name: str(value) for name, value in attributes.items() if name != "class"}


class ArrivalForm(forms.Form):
    """One row: packs of a line of the order, put into a location.

    What is prefilled does not make a row entered: only what arrived does. The widgets are plain
    and their look is in ``receiving.css``: with those of the admin a page of two hundred lines
    is twice as long, and takes twice the time.
    """

    line = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    quantity = QuantityField(
        label=_("Packs arrived"),
        required=False,
        widget=forms.TextInput({"class": "receiving-input", "inputmode": "decimal"}),
    )
    lot = forms.CharField(
        label=_("Lot"),
        max_length=LONGEST_NUMBER,
        required=False,
        widget=forms.TextInput({"class": "receiving-input"}),
    )
    location = forms.ChoiceField(
        label=_("Location"),
        required=False,
        widget=forms.Select({"class": "receiving-input inventory-place"}),
    )
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        widget=forms.Textarea(
            {"rows": 3, "class": "receiving-input inventory-text", "spellcheck": "false"}
        ),
    )

    def __init__(
        self,
        *args: Any,
        order_line: OrderLine | None,
        places: Mapping[int, Location],
        for_all: Location | None,
        reach: Reach,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if reach.is_limited:
            self.fields["location"].error_messages["invalid_choice"] = reach.refusal
        self.order_line = order_line
        self.places = places
        self.for_all = for_all
        self.fields["location"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((pk, str(place)) for pk, place in places.items()),
        ]
        if order_line:
            tracking = order_line.part.tracking
            if tracking != Tracking.LOT:
                del self.fields["lot"]
            if tracking != Tracking.SERIAL:
                del self.fields["serials"]

    @property
    def is_entered(self) -> bool:
        """Whether anything says that something arrived."""
        return any(self.data.get(self.add_prefix(name)) for name in ENTERED_BY)

    @property
    def was(self) -> Decimal | None:
        """What was received when the page was made, where it is something else by now."""
        seen = as_decimal(self["seen"].value() if self.is_bound else self.initial.get("was"))
        line = self.order_line
        return seen if line and seen is not None and seen != line.received_in_all else None

    def clean_lot(self) -> str:
        lot = half_width(self.cleaned_data["lot"])
        if len(lot) > LONGEST_NUMBER:
            raise ValidationError(_("This lot is too long."))
        return lot

    def clean_serials(self) -> tuple[str, ...]:
        serials = parse_serials(self.cleaned_data["serials"])
        for serial in serials:
            if len(serial) > LONGEST_NUMBER:
                raise ValidationError(
                    _("“%(serial)s…” is too long for a serial number. Enter one a line."),
                    params={"serial": serial[:40]},
                )
        return tuple(serials)

    def clean_location(self) -> Location | None:
        chosen = as_id(self.cleaned_data["location"])
        return self.places[chosen] if chosen else self.for_all

    def clean(self) -> None:
        super().clean()
        if not self.is_entered:
            return
        if self.cleaned_data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("Enter how many packs arrived."))
        if self.cleaned_data.get("location") is None and "location" not in self.errors:
            self.add_error("location", _("Choose where it was put."))

    def arrival(self) -> Arrival:
        """What the service takes."""
        data = self.cleaned_data
        return Arrival(
            line=data["line"],
            quantity=data["quantity"],
            location=data["location"],
            lot=data.get("lot", ""),
            serials=data.get("serials", ()),
        )


class BaseArrivalFormSet(LineFormSet):
    """The rows of a delivery. Whatever their number, they ask for locations once."""

    def __init__(
        self,
        *args: Any,
        lines: Sequence[OrderLine],
        places: Mapping[int, Sequence[Location]],
        for_all: Location | None = None,
        reach: Reach,
        **kwargs: Any,
    ) -> None:
        self.reach = reach
        self.lines = {line.pk: line for line in lines}
        self.places = places
        self.for_all = for_all
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        line = None if index is None else self.lines.get(as_id(self._begun(index, "line")) or 0)
        offered = list(self.places.get(line.part_id, ())) if line else []
        chosen = None if index is None else as_id(self._begun(index, "location"))
        if chosen in self._chosen:
            offered.append(self._chosen[chosen])
        return {
            **super().get_form_kwargs(index),
            "order_line": line,
            "places": {place.pk: place for place in offered},
            "for_all": self.for_all,
            "reach": self.reach,
        }

    @cached_property
    def _chosen(self) -> dict[int | None, Location]:
        """The locations that the rows name; those that were not offered, by one query."""
        offered = {place.pk: place for places in self.places.values() for place in places}
        texts = [self._begun(index, "location") for index in range(self.total_form_count())]
        found = Location.objects.in_bulk(set(as_ids(texts, at_most=MOST_ROWS)) - offered.keys())
        allowed = {pk: place for pk, place in found.items() if self.reach.includes(place)}
        return {**offered, **allowed}

    def _begun(self, index: int, field: str) -> str:
        """What was posted for a field of a row, or what the row begins with."""
        if self.is_bound:
            value = self.data.get(f"{self.add_prefix(index)}-{field}")
        else:
            rows = self.initial or []
            value = rows[index].get(field) if index < len(rows) else ""
        return str(value or "")

    def clean(self) -> None:
        """A row that can be shown nowhere says so above all rows."""
        if any(form.order_line is None for form in self.entered()):
            raise ValidationError(_("A line that you entered is not on this order."))

    def entered(self) -> list[ArrivalForm]:
        """The rows that say that something arrived."""
        return [form for form in self.forms if form.is_entered]

    def typed(self) -> list[dict[str, Any]]:
        """What stands in the rows, to begin a new page with it."""
        return [
            {name: form[name].value() for name in form.fields}
            for form in self.forms
            if form.order_line
        ]


@cache
def arrival_formset() -> type[BaseArrivalFormSet]:
    """A set of rows; the page says which."""
    formset: type[BaseArrivalFormSet] = forms.formset_factory(  # type: ignore[assignment]
        ArrivalForm,
        formset=BaseArrivalFormSet,
        extra=0,
        max_num=MOST_ROWS,
        validate_max=True,
        absolute_max=MOST_ROWS + 1,
    )
    return formset
