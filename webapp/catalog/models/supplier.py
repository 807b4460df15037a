"""Who supplies parts, under which number, at what price, in which packs."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models.part import Part
from core import units
from core.currencies import validate_currency
from core.models import ChoiceLabels
from core.text import SearchGrams, search_text


class Supplier(models.Model):
    """A company that parts are bought from."""

    name = models.CharField(_("name"), max_length=200)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="JPY",
        validators=[validate_currency],
        help_text=_("ISO code. New prices of this supplier start with it."),
    )
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="catalog_supplier_name_unique",
                violation_error_message=_("A supplier of this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SupplierPart(ChoiceLabels):
    """A part as one supplier sells it."""

    part = models.ForeignKey(
        Part, on_delete=models.CASCADE, related_name="supplier_parts", verbose_name=_("part")
    )
    supplier = models.ForeignKey(
        Supplier,
        on_delete=models.PROTECT,
        related_name="supplier_parts",
        verbose_name=_("supplier"),
    )
    sku = models.CharField(_("SKU"), max_length=100, help_text=_("The supplier's own part number."))
    description = models.CharField(_("description"), max_length=500, blank=True)
    pack_quantity = models.DecimalField(
        _("pack size"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(1),
        help_text=_("What one unit of purchase holds."),
    )
    pack_unit = models.CharField(
        _("unit of the pack"),
        max_length=8,
        choices=list(units.UNITS.items()),
        default=units.PIECES,
    )
    minimum_order_quantity = models.DecimalField(
        _("minimum order quantity"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(1),
        help_text=_("In packs."),
    )
    price_break_quantity = models.DecimalField(
        _("price valid from"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(1),
        help_text=_("The price holds when at least this many packs are ordered."),
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
        _("currency"),
        max_length=3,
        blank=True,
        validators=[validate_currency],
        help_text=_("ISO code, such as JPY or USD."),
    )
    lead_time_days = models.PositiveSmallIntegerField(_("lead time (days)"), null=True, blank=True)
    preferred = models.BooleanField(
        _("preferred"), default=False, help_text=_("Re-orders go to the preferred supplier.")
    )
    active = models.BooleanField(_("active"), default=True)
    search_text = models.GeneratedField(
        expression=search_text("sku"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        verbose_name = _("supplier part")
        verbose_name_plural = _("supplier parts")
        indexes = [
            GinIndex(
                fields=["search_text"],
                opclasses=["gin_trgm_ops"],
                name="catalog_supplierpart_search",
            ),
            GinIndex(SearchGrams("search_text"), name="catalog_supplierpart_grams"),
        ]
        constraints = [
            models.UniqueConstraint(
                F("supplier"),
                Lower("sku"),
                name="catalog_supplierpart_sku_unique",
                violation_error_message=_("This supplier has this SKU already."),
            ),
            models.UniqueConstraint(
                fields=["part"],
                condition=Q(preferred=True),
                name="catalog_supplierpart_one_preferred",
                violation_error_message=_(
                    "The part has another preferred supplier. Take the mark from that one first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(pack_quantity__gt=0),
                name="catalog_supplierpart_pack_positive",
                violation_error_message=_("A pack holds more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_order_quantity__gt=0),
                name="catalog_supplierpart_minimum_positive",
                violation_error_message=_("The minimum order quantity is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(price_break_quantity__gt=0),
                name="catalog_supplierpart_price_break_positive",
                violation_error_message=_("The price is valid from a quantity above 0."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0) & ~Q(currency=""),
                name="catalog_supplierpart_price_has_currency",
                violation_error_message=_("A price needs a currency, and cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.sku}"

    def clean(self) -> None:
        """Refuse a pack whose unit cannot be converted into the part's."""
        super().clean()
        if self.part_id and self.pack_unit:
            try:
                units.factor(self.pack_unit, self.part.unit)
            except ValidationError as error:
                raise ValidationError({"pack_unit": error}) from error
        if self.unit_price is not None and not self.currency and self.supplier_id:
            self.currency = self.supplier.currency

    @property
    def pack_in_base_units(self) -> Decimal:
        """What one pack holds, in the part's own unit: a pack of 100 ft is 30.48 of a part in m."""
        return self.pack_quantity * units.factor(self.pack_unit, self.part.unit)
