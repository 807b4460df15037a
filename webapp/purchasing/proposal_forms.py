"""Forms of the pages that decide about re-order proposals."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.fields import QuantityField
from purchasing.forms import DayField

# What a dismissal begins with; the day can be changed.
DAYS_DISMISSED = 30


class PacksForm(forms.Form):
    """How many packs to order instead of those proposed."""

    packs = QuantityField(
        label=_("Packs"),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("The number that you enter stays, whatever the stock does."),
    )


class DismissForm(forms.Form):
    """Until when nothing is ordered, and why."""

    until = DayField(
        label=_("Until"),
        may_be_past=False,
        help_text=_("From the day after, it is proposed again if it is still needed."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextInputWidget())

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["until"].initial = lambda: timezone.localdate() + timedelta(days=DAYS_DISMISSED)
