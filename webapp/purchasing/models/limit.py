"""Up to which amounts one person, or nobody at all, is enough to approve an order."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.currencies import shown, validate_currency


class ApprovalLimit(models.Model):
    """The limits of one currency.

    With no limit at all one person may approve whatever they ordered. Once there is one,
    orders in a currency without limits need a second person: its amounts cannot be judged.
    """

    currency = models.CharField(
        _("currency"),
        max_length=3,
        unique=True,
        validators=[validate_currency],
        help_text=_("ISO code, such as JPY or USD."),
    )
    second_person_above = models.DecimalField(
        _("second person above"),
        max_digits=19,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "Orders above this amount are approved by somebody who neither made nor changed "
            "them. Empty: never needed."
        ),
    )
    automatic_up_to = models.DecimalField(
        _("automatic up to"),
        max_digits=19,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "Automatic orders up to this amount approve themselves. Empty: a person approves."
        ),
    )

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        constraints = [
            models.CheckConstraint(
                condition=Q(second_person_above__isnull=True) | Q(second_person_above__gte=0),
                name="purchasing_limit_second_person_not_negative",
                violation_error_message=_("A limit cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(automatic_up_to__isnull=True)
                | Q(automatic_up_to__gte=0)
                & (
                    Q(second_person_above__isnull=True)
                    | Q(automatic_up_to__lte=F("second_person_above"))
                ),
                name="purchasing_limit_automatic_below_second_person",
                violation_error_message=_(
                    "What approves itself cannot be more than what one person may approve."
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.second_person_above is None:
            return self.currency
        return shown(self.second_person_above, self.currency)
