"""Stocktakes: what was counted, when, by whom, and what the books said."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from catalog.models import Part
from core.numbers import plain
from stock.models.location import Location
from stock.models.lot import Lot


class Stocktake(models.Model):
    """A count at one location; written once, with its lines and its movements."""

    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="stocktakes", verbose_name=_("location")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("counted by"),
    )
    occurred_at = models.DateTimeField(_("counted at"))
    posted_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    idempotency_key = models.UUIDField(_("idempotency key"), unique=True, editable=False)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")

    def __str__(self) -> str:
        return f"{self.location} {date_format(localtime(self.occurred_at), 'SHORT_DATE_FORMAT')}"


class StocktakeLine(models.Model):
    """One part (and lot) of a count."""

    stocktake = models.ForeignKey(
        Stocktake, on_delete=models.PROTECT, related_name="lines", verbose_name=_("stocktake")
    )
    part = models.ForeignKey(
        Part, on_delete=models.PROTECT, related_name="+", verbose_name=_("part")
    )
    lot = models.ForeignKey(
        Lot, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lot")
    )
    expected = models.DecimalField(_("in the books"), max_digits=18, decimal_places=6)
    counted = models.DecimalField(_("counted"), max_digits=18, decimal_places=6)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("counted part")
        verbose_name_plural = _("counted parts")
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "part", "lot"],
                nulls_distinct=False,
                name="stock_stocktakeline_once",
            ),
            models.CheckConstraint(
                condition=Q(counted__gte=0),
                name="stock_stocktakeline_counted_not_negative",
                violation_error_message=_("A count cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {plain(self.counted)}"
