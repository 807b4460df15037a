"""The lines of orders."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from catalog.models import Part, SupplierPart
from core import units
from core.currencies import validate_currency
from core.models import ChoiceLabels
from core.numbers import plain
from purchasing.models.order import PurchaseOrder
from purchasing.states import OPEN, OrderState

ZERO = Value(Decimal(0), output_field=models.DecimalField(max_digits=18, decimal_places=6))


class OrderLine(ChoiceLabels):
    """So many packs of a part.

    `quantity`, `received` and `taken_over` count packs (units of purchase); one pack is `factor`
    of the part's own unit. `order_state` is the order's, kept by a composite foreign key; with
    it `outstanding` is computed by the database, and the sum of it is ``Part.on_order``.
    """

    order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order")
    )
    order_state = models.CharField(
        _("state of the order"),
        max_length=12,
        choices=OrderState,
        default=OrderState.DRAFT,
        editable=False,
    )
    position = models.PositiveSmallIntegerField(_("position"))
    part = models.ForeignKey(
        Part,
        on_delete=models.PROTECT,
        related_name="order_lines",
        verbose_name=_("part"),
        db_index=False,
    )
    supplier_part = models.ForeignKey(
        SupplierPart,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=_("supplier part"),
    )
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=18, decimal_places=6, help_text=_("In packs.")
    )
    pack_quantity = models.DecimalField(
        _("pack size"), max_digits=18, decimal_places=6, default=Decimal(1)
    )
    pack_unit = models.CharField(
        _("unit of the pack"),
        max_length=8,
        choices=list(units.UNITS.items()),
        default=units.PIECES,
    )
    factor = models.DecimalField(
        _("factor"),
        max_digits=24,
        decimal_places=12,
        default=Decimal(1),
        help_text=_("What one pack is in the part's own unit."),
    )
    unit_price = models.DecimalField(
        _("price of a pack"),
        max_digits=19,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="", validators=[validate_currency]
    )
    tolerance_percent = models.DecimalField(
        _("tolerance (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("How much more than ordered may be received."),
    )
    taken_over = models.DecimalField(
        _("received before"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(0),
        editable=False,
        help_text=_("Before the order was imported; in the opening stock already."),
    )
    received = models.DecimalField(
        _("received here"), max_digits=18, decimal_places=6, default=Decimal(0), editable=False
    )
    closed = models.BooleanField(_("closed short"), default=False, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed or opened again by"),
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed or opened again at"), null=True, editable=False)
    close_reason = models.CharField(
        _("reason of closing"), max_length=500, blank=True, default="", editable=False
    )
    outstanding = models.GeneratedField(
        expression=Case(
            When(
                Q(closed=False) & Q(order_state__in=sorted(state.value for state in OPEN)),
                then=Greatest(F("quantity") - F("taken_over") - F("received"), ZERO) * F("factor"),
            ),
            default=ZERO,
        ),
        output_field=models.DecimalField(
            _("outstanding"),
            max_digits=18,
            decimal_places=6,
            help_text=_("What is still to come, in the part's own unit."),
        ),
        db_persist=True,
    )
    amount = models.GeneratedField(
        expression=F("quantity") * F("unit_price"),
        output_field=models.DecimalField(_("amount"), max_digits=25, decimal_places=6, null=True),
        db_persist=True,
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"],
                name="purchasing_line_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="purchasing_line_quantity_positive",
                violation_error_message=_("Order more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0) & Q(pack_quantity__gt=0),
                name="purchasing_line_pack_positive",
                violation_error_message=_("A pack holds more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0) & ~Q(currency=""),
                name="purchasing_line_price_has_currency",
                violation_error_message=_("A price needs a currency, and cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(tolerance_percent__gte=0) & Q(tolerance_percent__lte=100),
                name="purchasing_line_tolerance_percent",
                violation_error_message=_("The tolerance is from 0 to 100 %."),
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0) & Q(taken_over__gte=0),
                name="purchasing_line_received_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    received__lte=F("quantity") * (100 + F("tolerance_percent")) / 100
                    - F("taken_over")
                )
                | Q(received=0),
                name="purchasing_line_not_over_received",
            ),
            models.CheckConstraint(
                condition=Q(closed=False) | ~Q(close_reason=""),
                name="purchasing_line_closed_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["part", "-order"], name="purchasing_line_part"),
            models.Index(
                fields=["part"], condition=Q(outstanding__gt=0), name="purchasing_line_outstanding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} #{self.position}"

    @property
    def received_in_all(self) -> Decimal:
        """Packs, those from before the import included."""
        return self.taken_over + self.received

    @property
    def missing(self) -> Decimal:
        """Packs that did not come yet; 0 where more came than was ordered."""
        return max(self.quantity - self.received_in_all, Decimal(0))

    @property
    def most(self) -> Decimal:
        """Packs that may be received in all, the tolerance included."""
        return self.quantity * (100 + self.tolerance_percent) / 100


def pack_shown(quantity: Decimal, unit: str) -> str:
    """What one pack is: ``100 ft``."""
    return f"{plain(quantity)} {units.unit_shown(unit)}"
