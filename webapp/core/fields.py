"""Form fields that take what people type."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.numbers import LARGEST, MOST_DECIMALS
from core.text import half_width


class PlainDecimalField(forms.DecimalField):
    """Shows a stored number without needless zeros: 2.5, not 2.500000."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class QuantityField(forms.CharField):
    """A quantity above 0 (or from 0): full-width digits and thousands separators are fine."""

    def __init__(self, *, may_be_zero: bool = False, **kwargs: Any) -> None:
        self.may_be_zero = may_be_zero
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = half_width(super().clean(value)).replace(",", "")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ValidationError(
                _("“%(text)s” is not a number. Write digits, such as 12 or 3.5."),
                params={"text": text},
            )
        if number < 0 or (number == 0 and not self.may_be_zero):
            raise ValidationError(
                _("Enter a number above 0.")
                if not self.may_be_zero
                else _("Enter 0 or a number above it.")
            )
        if number > LARGEST:
            raise ValidationError(_("This number is too large."))
        if -int(number.normalize().as_tuple().exponent) > MOST_DECIMALS:
            raise ValidationError(
                _("At most %(count)d decimals are kept."), params={"count": MOST_DECIMALS}
            )
        return number
