"""What arrived of orders: documents that are written once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from purchasing.models.line import OrderLine
from purchasing.models.order import PurchaseOrder
from stock.models import Location


class GoodsReceipt(models.Model):
    """One delivery of one order, or the reversal of one recorded wrongly."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("order")
    )
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="reversed_by",
        verbose_name=pgettext_lazy("goods receipt", "reverses"),
    )
    delivery_note = models.CharField(
        _("delivery note"),
        max_length=100,
        blank=True,
        help_text=_("The number on the supplier's paper."),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    occurred_at = models.DateTimeField(_("received at"))
    posted_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    idempotency_key = models.UUIDField(_("idempotency key"), unique=True, editable=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("reverse_goodsreceipt", "Can reverse goods receipts")]
        verbose_name = _("goods receipt")
        verbose_name_plural = _("goods receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reason=""),
                name="purchasing_receipt_reversal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class GoodsReceiptLine(models.Model):
    """What arrived of one line of the order at one location.

    `quantity` counts packs and is negative in a reversal; `factor` is what one pack was in the
    part's own unit when it arrived, and `base_quantity` what went into the ledger: the sum of
    the line's movements, which name the lot or one serial number each.
    """

    receipt = models.ForeignKey(
        GoodsReceipt, on_delete=models.PROTECT, related_name="lines", verbose_name=_("receipt")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    order_line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        related_name="receipt_lines",
        verbose_name=_("order line"),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6)
    factor = models.DecimalField(_("factor"), max_digits=24, decimal_places=12)
    base_quantity = models.DecimalField(
        _("quantity in the part's unit"), max_digits=18, decimal_places=6
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", verbose_name=_("location")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("received line")
        verbose_name_plural = _("received lines")
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "position"], name="purchasing_receiptline_position"
            ),
            models.CheckConstraint(
                condition=~Q(quantity=0), name="purchasing_receiptline_not_zero"
            ),
            models.CheckConstraint(
                condition=Q(base_quantity=Round(F("quantity") * F("factor"), 6)),
                name="purchasing_receiptline_converted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} #{self.position}"
