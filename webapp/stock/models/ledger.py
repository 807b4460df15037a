"""The ledger: movements, the levels that follow from them, and the proof that they do.

``StockMovement`` is the only way stock changes. The database applies each movement to
``StockLevel`` and to the totals of the part (``stock/ledger_sql.py``), refuses to change a
movement once written, and refuses levels changed in any other way.
"""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from catalog.models import Part
from core.models import ChoiceLabels
from stock.models.location import Location
from stock.models.lot import Lot
from stock.models.stocktake import Stocktake

# A clock of a client may be a little ahead.
CLOCK_TOLERANCE = timedelta(minutes=5)


class AppendOnlyError(ValidationError):
    """Somebody tried to change a movement or a level by hand."""


class AppendOnlyQuerySet(models.QuerySet["StockMovement"]):
    """Says so in Python too: the database would refuse anyway."""

    def update(self, **kwargs: object) -> int:
        raise AppendOnlyError(_("Movements are never changed. Correct one by a reversing entry."))

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(_("Movements are never deleted. Correct one by a reversing entry."))


class Kind(models.TextChoices):
    """Why stock changed."""

    RECEIPT = "receipt", _("Receipt")
    ISSUE = "issue", _("Issue")
    TRANSFER = "transfer", _("Transfer")
    STOCKTAKE = "stocktake", _("Stocktake")
    CORRECTION = "correction", _("Correction")


class StockMovement(ChoiceLabels):
    """One signed change of the stock of a part at a location; written once, never changed."""

    Kind = Kind

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    part = models.ForeignKey(
        Part,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("part"),
        db_index=False,
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("location"),
        db_index=False,
    )
    lot = models.ForeignKey(
        Lot,
        on_delete=models.PROTECT,
        null=True,
        related_name="movements",
        verbose_name=_("lot"),
    )
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=18,
        decimal_places=6,
        help_text=_("In the part's unit; negative takes stock away."),
    )
    unit_cost = models.DecimalField(_("unit cost"), max_digits=19, decimal_places=6, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    stocktake = models.ForeignKey(
        Stocktake,
        on_delete=models.PROTECT,
        null=True,
        related_name="movements",
        verbose_name=_("stocktake"),
    )
    receipt_line = models.ForeignKey(
        "purchasing.GoodsReceiptLine",
        on_delete=models.PROTECT,
        null=True,
        related_name="movements",
        verbose_name=_("goods receipt"),
        db_index=False,
        help_text=_("The line of the document that it was received by."),
    )
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
        help_text=_("Empty: the system itself."),
        db_index=False,
    )
    occurred_at = models.DateTimeField(_("happened at"))
    posted_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    idempotency_key = models.UUIDField(
        _("idempotency key"),
        editable=False,
        help_text=_("Of the request that recorded it: a repeated request records nothing."),
    )
    line = models.PositiveSmallIntegerField(_("line"), editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("receive_stock", "Can receive stock"),
            ("issue_stock", "Can issue stock"),
            ("transfer_stock", "Can transfer stock"),
            ("count_stock", "Can take stock"),
            ("correct_stock", "Can correct movements"),
        ]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["idempotency_key", "line"], name="stock_movement_idempotency_key"
            ),
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_movement_not_zero"),
            models.CheckConstraint(
                condition=~Q(kind="receipt") | Q(quantity__gt=0),
                name="stock_movement_receipt_adds",
            ),
            models.CheckConstraint(
                condition=~Q(kind="issue") | Q(quantity__lt=0), name="stock_movement_issue_takes"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]),
                name="stock_movement_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="correction", reverses__isnull=False)
                | ~Q(kind="correction") & Q(reverses__isnull=True),
                name="stock_movement_correction_reverses",
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0) & ~Q(currency=""),
                name="stock_movement_cost_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(occurred_at__lte=F("posted_at") + CLOCK_TOLERANCE),
                name="stock_movement_not_in_future",
            ),
        ]
        indexes = [
            models.Index(fields=["part", "-id"], name="stock_movement_part"),
            models.Index(fields=["location", "-id"], name="stock_movement_location"),
            models.Index(fields=["kind", "-id"], name="stock_movement_kind"),
            models.Index(fields=["actor", "-id"], name="stock_movement_actor"),
            models.Index(fields=["-occurred_at", "-id"], name="stock_movement_occurred"),
            models.Index(
                fields=["receipt_line"],
                condition=Q(receipt_line__isnull=False),
                name="stock_movement_receipt_line",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_kind_display()} {self.quantity.normalize():f}"

    def save(self, *args: object, **kwargs: object) -> None:
        raise AppendOnlyError(_("Movements are recorded by the functions of stock/services."))

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(_("Movements are never deleted. Correct one by a reversing entry."))


class StockLevel(models.Model):
    """How many of a part (and lot) lie at a location: always the sum of its movements."""

    part = models.ForeignKey(
        Part,
        on_delete=models.PROTECT,
        related_name="levels",
        verbose_name=_("part"),
        db_index=False,
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        related_name="levels",
        verbose_name=_("location"),
        db_index=False,
    )
    lot = models.ForeignKey(
        Lot,
        on_delete=models.PROTECT,
        null=True,
        related_name="levels",
        verbose_name=_("lot"),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(
                fields=["part", "location", "lot"],
                nulls_distinct=False,
                name="stock_level_unique",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_level_not_negative"),
        ]
        indexes = [
            models.Index(fields=["location", "part"], name="stock_level_location"),
        ]

    def __str__(self) -> str:
        lot = f" {self.lot}" if self.lot else ""
        return f"{self.part}{lot} @ {self.location}"


class LedgerVerification(models.Model):
    """One proof that levels and totals equal the sums of the movements, or what differs."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    movements = models.BigIntegerField(_("movements checked"))
    levels = models.BigIntegerField(_("levels checked"))
    differences = models.JSONField(
        _("differences"),
        default=list,
        help_text=_("The first hundred, each with what is stored and what the movements say."),
    )
    difference_count = models.PositiveIntegerField(_("number of differences"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked for by"),
        help_text=_("Empty: the system itself."),
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [("verify_ledger", "Can verify the ledger")]
        get_latest_by = "finished_at"
        verbose_name = _("ledger verification")
        verbose_name_plural = _("ledger verifications")

    def __str__(self) -> str:
        return date_format(localtime(self.finished_at), "SHORT_DATETIME_FORMAT")

    @property
    def passed(self) -> bool:
        return self.difference_count == 0
