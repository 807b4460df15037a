"""Forms of the pages that record stock."""

import uuid
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from catalog.models import Part
from core.currencies import validate_currency
from core.fields import QuantityField
from core.fragments import Key
from core.lines import LineFormSet
from core.rows import rows_by_key
from core.widgets import SearchField, SearchSelect
from stock.entries import Line, Move
from stock.models import Location, StockMovement
from stock.models.ledger import CLOCK_TOLERANCE
from stock.places import Reach

MOST_LINES = 100
# What a line needs to know of its part.
PART_FIELDS = ("number", "name_ja", "name_en", "unit", "tracking")


def _autocomplete(field: str, placeholder: Any) -> SearchSelect:
    """A search field for the part or the location of a movement."""
    return SearchSelect(StockMovement, field, placeholder=placeholder)


def part_autocomplete() -> SearchSelect:
    """A search field for a part, for the forms of other pages."""
    return _autocomplete("part", _("Number or name"))


def _text(**attrs: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs=attrs)


class HeaderForm(forms.Form):
    """What holds for all lines: why, when, and the key that makes a repeat harmless."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=_text(),
        help_text=_("For example an order or production number."),
    )
    occurred_at = forms.DateTimeField(
        label=_("Happened at"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)},
            format="%Y-%m-%dT%H:%M",
        ),
        help_text=_("Empty: now. Earlier times are kept beside the time of recording."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, reason_required: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        self.fields["reason"].required = reason_required

    def clean_occurred_at(self) -> Any:
        at = self.cleaned_data["occurred_at"] or timezone.now()
        if at > timezone.now() + CLOCK_TOLERANCE:
            raise ValidationError(
                _("This time lies in the future. Enter when it happened, or leave it empty.")
            )
        return at


class LineForm(forms.Form):
    """One part at one location."""

    part = SearchField(
        Part.objects.only(*PART_FIELDS),
        label=_("Part"),
        widget=_autocomplete("part", _("Number or name")),
    )
    location = SearchField(
        Location.objects.all(),
        label=_("Location"),
        widget=_autocomplete("location", _("Location")),
    )
    quantity = QuantityField(
        label=_("Quantity"), widget=_text(inputmode="decimal", autocomplete="off")
    )
    lot = forms.CharField(label=_("Lot"), max_length=100, required=False, widget=_text())
    serial = forms.CharField(
        label=_("Serial number"), max_length=100, required=False, widget=_text()
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach.limit(self.fields["location"])

    def line(self) -> Line:
        """What the service takes."""
        return Line(**self._values())

    def _values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}


class ReceiveLineForm(LineForm):
    """A receipt may say what it cost."""

    unit_cost = QuantityField(
        label=_("Unit cost"),
        required=False,
        may_be_zero=True,
        widget=_text(inputmode="decimal", autocomplete="off"),
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        required=False,
        widget=_text(placeholder="JPY"),
    )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency:
            validate_currency(currency)
        return currency

    def clean(self) -> None:
        super().clean()
        if (
            self.cleaned_data.get("unit_cost") is not None
            and not self.cleaned_data.get("currency")
            and "currency" not in self.errors
        ):
            self.add_error("currency", _("A cost needs its currency, such as JPY."))


class IssueLineForm(LineForm):
    """An issue says where from."""

    field_order = ("part", "quantity", "location", "lot", "serial")


class TransferLineForm(LineForm):
    """A transfer says where from and where to."""

    field_order = ("part", "quantity", "location", "to", "lot", "serial")

    to = SearchField(
        Location.objects.all(),
        label=pgettext_lazy("location", "To"),
        widget=_autocomplete("location", _("Location")),
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, reach=reach, **kwargs)
        self.fields["location"].label = pgettext_lazy("location", "From")
        reach.limit(self.fields["to"], preselect=False)

    def line(self) -> Move:
        return Move(**self._values())


class BaseLineFormSet(LineFormSet):
    """Lines of which at least one is filled in."""

    def depends_on(self) -> Key:
        """An empty line has the only location chosen that the person may choose."""
        only = self.form_kwargs["reach"].only
        return (only and only.pk, str(only))

    def fetched(self, name: str) -> Mapping[int, Model]:
        return self._parts if name == "part" else self._places

    @cached_property
    def _parts(self) -> Mapping[int, Part]:
        return rows_by_key(Part, self.sent_keys("part"), *PART_FIELDS)

    @cached_property
    def _places(self) -> Mapping[int, Location]:
        """Where the person works; what else was sent is refused by its field."""
        reach: Reach = self.form_kwargs["reach"]
        found = rows_by_key(Location, self.sent_keys("location") | self.sent_keys("to"))
        return {pk: place for pk, place in found.items() if reach.includes(place)}

    def lines(self) -> list[tuple[LineForm, Line]]:
        """The forms that are filled in and not taken away, each with its line."""
        return [
            (form, form.line())
            for form in self.forms
            if form.has_changed() and form not in self.deleted_forms
        ]

    def clean(self) -> None:
        if not any(self.errors) and not self.lines():
            raise ValidationError(_("Enter at least one line with a part and a quantity."))


@cache
def line_formset(form: type[LineForm], *, rows: int) -> type[BaseLineFormSet]:
    """A set of `rows` lines to begin with; the page adds more."""
    formset: type[BaseLineFormSet] = forms.formset_factory(  # type: ignore[assignment]
        form,
        formset=BaseLineFormSet,
        extra=rows,
        max_num=MOST_LINES,
        validate_max=True,
        absolute_max=MOST_LINES + 1,
        can_delete=True,
    )
    return formset
