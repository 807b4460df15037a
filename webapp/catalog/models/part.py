"""Parts: what is stored, bought and built in."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Category
from catalog.validators import validate_picture
from core import units
from core.models import BilingualName, either
from core.numbers import plain
from core.text import SearchGrams, half_width, search_text

if TYPE_CHECKING:
    from catalog.models.supplier import SupplierPart


class Tracking(models.TextChoices):
    """How single items of a part are told apart."""

    NONE = "none", _("None")
    LOT = "lot", _("By lot")
    SERIAL = "serial", _("By serial number")


class StockStatus(models.TextChoices):
    """Computed by the database from the quantity on hand and the reorder point."""

    OUT = "out", _("Out")
    LOW = "low", _("Low")
    ENOUGH = "enough", _("Enough")


# Kept by the ledger's trigger; a stale copy in memory must never be written back.
LEDGER_FIELDS = frozenset(
    {"on_hand", "on_order", "last_cost", "last_cost_currency", "last_cost_at"}
)


class PartQuerySet(models.QuerySet["Part"]):
    """Questions to the catalogue."""

    def search(self, text: str) -> "PartQuerySet":
        """Parts whose number, names, descriptions or SKUs contain every word of `text`.

        Width, case and kana do not matter; see ``catalog.search``.
        """
        from catalog.search import found_by  # noqa: PLC0415 - it asks parts and supplier parts

        return self.filter(found_by(text))

    def in_branch(self, category: Category) -> "PartQuerySet":
        """Parts of a category and of everything beneath it."""
        return self.filter(category__in=Category.objects.branch(category))

    def active(self) -> "PartQuerySet":
        return self.filter(active=True)


class Part(BilingualName):
    """A part, with its totals, which only the ledger changes.

    Quantities are in `unit`, with up to six decimals.
    """

    number = models.CharField(
        _("part number"),
        max_length=64,
        help_text=_("Unique, whatever its capitals and widths."),
    )
    description_ja = models.TextField(_("description (Japanese)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="parts", verbose_name=_("category")
    )
    unit = models.CharField(
        _("unit"),
        max_length=8,
        choices=list(units.UNITS.items()),
        default=units.PIECES,
        help_text=_("Cannot be changed once stock was recorded."),
    )
    tracking = models.CharField(
        _("tracking"),
        max_length=8,
        choices=Tracking,
        default=Tracking.NONE,
        help_text=_("Whether every movement names a lot or a serial number."),
    )
    reorder_point = models.DecimalField(
        _("reorder point"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("At or below this quantity the stock is low. 0: never."),
    )
    target_quantity = models.DecimalField(
        _("target quantity"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Re-orders fill the stock up to this quantity."),
    )
    reorder_quantity = models.DecimalField(
        _("reorder quantity"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("A re-order is for at least this quantity."),
    )
    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time (days)"),
        null=True,
        blank=True,
        help_text=_("Used where the supplier part has none."),
    )
    picture = models.ImageField(
        _("picture"),
        upload_to="parts/%Y/%m",
        blank=True,
        validators=[FileExtensionValidator(["png", "jpg", "jpeg", "webp"]), validate_picture],
        help_text=_("PNG, JPEG or WebP."),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Inactive parts keep their history, but take no new receipts."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    on_hand = models.DecimalField(
        _("on hand"), max_digits=18, decimal_places=6, default=Decimal(0), editable=False
    )
    on_order = models.DecimalField(
        _("on order"), max_digits=18, decimal_places=6, default=Decimal(0), editable=False
    )
    last_cost = models.DecimalField(
        _("last unit cost"), max_digits=19, decimal_places=6, null=True, editable=False
    )
    last_cost_currency = models.CharField(
        _("currency of the last unit cost"), max_length=3, blank=True, default="", editable=False
    )
    last_cost_at = models.DateTimeField(_("last unit cost of"), null=True, editable=False)
    status = models.GeneratedField(
        expression=Case(
            When(on_hand__lte=0, then=Value("out")),
            When(reorder_point__gt=0, on_hand__lte=F("reorder_point"), then=Value("low")),
            default=Value("enough"),
        ),
        output_field=models.CharField(_("stock status"), max_length=8, choices=StockStatus),
        db_persist=True,
        verbose_name=_("stock status"),
    )
    search_text = models.GeneratedField(
        expression=search_text("number", "name_ja", "name_en", "description_ja", "description_en"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PartQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(
                Lower("number"),
                name="catalog_part_number_unique",
                violation_error_message=_("A part with this number exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(number=""),
                name="catalog_part_number_not_empty",
                violation_error_message=_("A part needs a number."),
            ),
            models.CheckConstraint(
                condition=Q(reorder_point__gte=0),
                name="catalog_part_reorder_point_not_negative",
                violation_error_message=_("The reorder point cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(target_quantity__isnull=True)
                | Q(target_quantity__gte=F("reorder_point")),
                name="catalog_part_target_above_reorder_point",
                violation_error_message=_("The target quantity cannot be below the reorder point."),
            ),
            models.CheckConstraint(
                condition=Q(reorder_quantity__isnull=True) | Q(reorder_quantity__gte=0),
                name="catalog_part_reorder_quantity_not_negative",
                violation_error_message=_("The reorder quantity cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0), name="catalog_part_on_hand_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(on_order__gte=0), name="catalog_part_on_order_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "number"], name="catalog_part_status"),
            # Small enough to count the parts that are out and low for every dashboard.
            models.Index(
                fields=["status"], condition=Q(active=True), name="catalog_part_active_status"
            ),
            models.Index(fields=["category", "number"], name="catalog_part_category"),
            models.Index(fields=["number"], name="catalog_part_number_order"),
            GinIndex(
                fields=["search_text"], opclasses=["gin_trgm_ops"], name="catalog_part_search"
            ),
            # Words of one and two characters, which have no trigram.
            GinIndex(SearchGrams("search_text"), name="catalog_part_grams"),
        ]

    named_by = ("number", "name_ja", "name_en")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write everything that was loaded, but not the ledger's totals."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kept = LEDGER_FIELDS | self.get_deferred_fields()
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not (field.primary_key or field.generated or field.attname in kept)
            ]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.number = half_width(self.number)
        if self.pk:
            self._check_fixed_by_stock()

    def _check_fixed_by_stock(self) -> None:
        """Refuse what the database would refuse, with the way out."""
        stored = Part.objects.only("unit", "tracking", "on_hand").filter(pk=self.pk).first()
        if stored is None:
            return
        errors = {}
        if stored.unit != self.unit and self.movements.exists():
            errors["unit"] = ValidationError(
                _(
                    "Stock was recorded in %(unit)s, so the unit stays. "
                    "For another unit make a new part, and deactivate this one."
                ),
                code="unit_fixed",
                params={"unit": stored.get_unit_display()},
            )
        elif stored.unit != self.unit and self.order_lines.exists():
            errors["unit"] = ValidationError(
                _(
                    "It was ordered in %(unit)s, so the unit stays. "
                    "For another unit make a new part, and deactivate this one."
                ),
                code="unit_fixed",
                params={"unit": stored.get_unit_display()},
            )
        elif stored.unit != self.unit and (offer := self._offer_in_other_units()):
            errors["unit"] = ValidationError(
                _(
                    "%(offer)s is sold in %(pack_unit)s, which cannot be converted into "
                    "%(unit)s. Delete this supplier part first, and enter it again afterwards."
                ),
                code="unit_fixed",
                params={
                    "offer": offer,
                    "pack_unit": offer.get_pack_unit_display(),
                    "unit": self.get_unit_display(),
                },
            )
        if stored.tracking != self.tracking and stored.on_hand:
            errors["tracking"] = ValidationError(
                _(
                    "%(quantity)s are on hand, so the tracking stays. "
                    "Issue them first, and receive them again with their lots."
                ),
                code="tracking_fixed",
                params={"quantity": plain(stored.on_hand)},
            )
        if errors:
            raise ValidationError(errors)

    def _offer_in_other_units(self) -> "SupplierPart | None":
        """A supplier part whose packs say nothing in the unit of this part."""
        for offer in self.supplier_parts.select_related("supplier"):
            try:
                units.factor(offer.pack_unit, self.unit)
            except ValidationError:
                return offer
        return None

    def get_status_display(self) -> str:
        """The stock status in the user's language: Django makes this for plain fields only."""
        return str(StockStatus(self.status).label)

    @property
    def description(self) -> str:
        return either(self.description_ja, self.description_en)
