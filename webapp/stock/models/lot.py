"""Lots and serial numbers."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models import Part


class Lot(models.Model):
    """A batch of a part, a single item with a serial number, or an item of a batch."""

    part = models.ForeignKey(
        Part, on_delete=models.PROTECT, related_name="lots", verbose_name=_("part")
    )
    code = models.CharField(_("lot"), max_length=100, blank=True)
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        default_permissions = ("view", "change")
        verbose_name = _("lot or serial number")
        verbose_name_plural = _("lots and serial numbers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="", serial=""),
                name="stock_lot_named",
                violation_error_message=_("Give a lot or a serial number."),
            ),
            models.UniqueConstraint(
                F("part"),
                Lower("code"),
                condition=Q(serial=""),
                name="stock_lot_code_unique",
                violation_error_message=_("The part has this lot already."),
            ),
            models.UniqueConstraint(
                F("part"),
                Lower("serial"),
                condition=~Q(serial=""),
                name="stock_lot_serial_unique",
                violation_error_message=_("The part has this serial number already."),
            ),
            # The target of the ledger's composite foreign key: a lot belongs to its part.
            models.UniqueConstraint(fields=["id", "part"], name="stock_lot_of_part"),
        ]

    def __str__(self) -> str:
        return lot_shown(self.code, self.serial)

    @property
    def item(self) -> str:
        """What tells it from others of the part: the serial number or else the lot."""
        return self.serial or self.code


def lot_shown(code: str, serial: str) -> str:
    """A lot by its code, a piece by its serial number; both where there are both."""
    if code and serial:
        return f"{code} #{serial}"
    return code or f"#{serial}"
