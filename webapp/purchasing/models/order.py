"""Orders to suppliers."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now, Upper
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import User
from catalog.models import Supplier
from core.models import ChoiceLabels
from purchasing.errors import WrongStateError
from purchasing.states import OrderState, may_follow
from stock.models import Location


class Origin(models.TextChoices):
    """Where an order came from."""

    MANUAL = "manual", _("By a person")
    AUTOMATIC = "automatic", _("Automatic re-order")
    IMPORTED = "imported", pgettext_lazy("origin", "Imported")


LATE_STATES = (OrderState.APPROVED, OrderState.ORDERED, OrderState.PARTIAL)


class PurchaseOrderQuerySet(models.QuerySet["PurchaseOrder"]):
    """Questions to the orders."""

    def late(self) -> "PurchaseOrderQuerySet":
        """Expected before today, and not here."""
        return self.filter(state__in=LATE_STATES, expected_on__lt=timezone.localdate())

    def waiting_for_approval(self) -> "PurchaseOrderQuerySet":
        """Drafts whose author asked for approval, and automatic ones with something on them."""
        from purchasing.models.line import OrderLine  # noqa: PLC0415 - lines refer to orders

        has_lines = models.Exists(OrderLine.objects.filter(order=models.OuterRef("pk")))
        return self.filter(
            Q(approval_requested_at__isnull=False) | Q(origin=Origin.AUTOMATIC),
            has_lines,
            state=OrderState.DRAFT,
        )

    def open(self) -> "PurchaseOrderQuerySet":
        """Somebody still waits for something."""
        return self.filter(state__in=[OrderState.DRAFT, *LATE_STATES])


class PurchaseOrder(ChoiceLabels):
    """An order to one supplier.

    `state` is changed by the functions of ``purchasing.life`` and guarded by the database, which
    writes every change into the order's time line with the `changed_*` columns of the same
    UPDATE. From *ordered* on it follows from the lines. Orders are cancelled, never deleted, so
    that the numbers have no gaps.
    """

    State = OrderState

    number = models.CharField(_("number"), max_length=40)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="orders", verbose_name=_("supplier")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=OrderState, default=OrderState.DRAFT, editable=False
    )
    origin = models.CharField(
        _("origin"), max_length=12, choices=Origin, default=Origin.MANUAL, editable=False
    )
    collecting = models.BooleanField(
        _("collects proposals"),
        default=False,
        editable=False,
        help_text=_("The one draft of the supplier that automatic re-orders are put on."),
    )
    destination = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("destination"),
        help_text=_("Where the goods are put. Receiving starts with this location."),
    )
    expected_on = models.DateField(
        _("expected on"), null=True, blank=True, help_text=_("When the goods should be here.")
    )
    notes = models.TextField(
        _("notes"), blank=True, help_text=_("Printed on the order for the supplier to read.")
    )
    supplier_reference = models.CharField(
        _("supplier's reference"),
        max_length=100,
        blank=True,
        help_text=_("The number under which the supplier keeps this order."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
        help_text=_("Empty: the system itself."),
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("last changed by"),
        editable=False,
    )
    approval_requested_at = models.DateTimeField(
        _("approval asked for at"), null=True, editable=False
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
        editable=False,
    )
    ordered_at = models.DateTimeField(_("ordered at"), null=True, editable=False)
    finished_at = models.DateTimeField(
        _("finished at"),
        null=True,
        editable=False,
        help_text=_("When the last of it was received, or it was closed or cancelled."),
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("state changed by"),
        editable=False,
    )
    changed_at = models.DateTimeField(_("state changed at"), db_default=Now(), editable=False)
    change_reason = models.CharField(
        _("reason of the change"), max_length=500, blank=True, default="", editable=False
    )
    idempotency_key = models.UUIDField(
        _("idempotency key"),
        unique=True,
        null=True,
        editable=False,
        help_text=_("Of the request that made it: a repeated request makes no second order."),
    )
    version = models.PositiveIntegerField(
        _("version"),
        default=1,
        editable=False,
        help_text=_("Counts the changes: a page made before the last one is told so."),
    )

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        permissions = [
            ("approve_purchaseorder", "Can approve purchase orders"),
            ("order_purchaseorder", "Can mark purchase orders as ordered"),
            ("close_purchaseorder", "Can cancel purchase orders and close them short"),
            ("receive_purchaseorder", "Can receive purchase orders"),
        ]
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        constraints = [
            models.UniqueConstraint(
                Lower("number"),
                name="purchasing_order_number_unique",
                violation_error_message=_("An order with this number exists already."),
            ),
            # The target of the lines' composite foreign key, which keeps their copy of the state.
            models.UniqueConstraint(fields=["id", "state"], name="purchasing_order_state"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OrderState]),
                name="purchasing_order_state_known",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=[origin.value for origin in Origin]),
                name="purchasing_order_origin_known",
            ),
            models.CheckConstraint(
                condition=Q(collecting=False)
                | Q(state="draft", origin="automatic", approval_requested_at__isnull=True),
                name="purchasing_order_only_automatic_drafts_collect",
            ),
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(collecting=True),
                name="purchasing_order_one_collecting_draft",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at__isnull=True)
                | Q(state="cancelled")
                | Q(
                    state__in=["approved", "ordered", "partial", "received", "closed"],
                    approved_at__isnull=False,
                ),
                name="purchasing_order_approved_when",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(approved_at__isnull=False),
                name="purchasing_order_approver_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved"], ordered_at__isnull=True)
                | Q(state="cancelled")
                | Q(
                    state__in=["ordered", "partial", "received", "closed"],
                    ordered_at__isnull=False,
                ),
                name="purchasing_order_ordered_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="purchasing_order_state_idx"),
            models.Index(fields=["supplier", "-id"], name="purchasing_order_supplier"),
            models.Index(fields=["created_by", "-id"], name="purchasing_order_creator"),
            models.Index(
                fields=["expected_on"],
                condition=Q(state__in=["approved", "ordered", "partial"]),
                name="purchasing_order_awaited",
            ),
            # What a supplier's page shows: what it still owes, and how it delivered.
            models.Index(
                fields=["supplier", "expected_on", "id"],
                condition=Q(state__in=["draft", "approved", "ordered", "partial"]),
                name="purchasing_order_owed",
            ),
            models.Index(
                fields=["supplier", "finished_at"],
                condition=Q(state__in=["received", "closed"]),
                name="purchasing_order_finished",
            ),
            # For the search, which looks for a text anywhere in them.
            GinIndex(
                OpClass(Upper("number"), name="gin_trgm_ops"),
                OpClass(Upper("supplier_reference"), name="gin_trgm_ops"),
                name="purchasing_order_search",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    # --- Changes of state: each guards itself, and the database once more ---

    def approve(self, *, by: User | None, at: datetime) -> None:
        """A person approves, or nobody where the limits allow it."""
        self._go(OrderState.APPROVED, by=by, at=at)
        self.approved_by = by
        self.approved_at = at
        self.collecting = False
        self._save("approved_by", "approved_at", "collecting")

    def send_back(self, *, reason: str, by: User, at: datetime) -> None:
        """Make an approved order a draft again."""
        self._go(OrderState.DRAFT, by=by, at=at, reason=reason)
        self.approved_by = self.approved_at = self.approval_requested_at = None
        self._save("approved_by", "approved_at", "approval_requested_at")

    def place(
        self, *, reference: str, expected_on: date | None, by: User | None, at: datetime
    ) -> None:
        """The supplier has the order."""
        self._go(OrderState.ORDERED, by=by, at=at, reason=reference)
        self.ordered_at = at
        self.supplier_reference = reference
        self.expected_on = expected_on
        self._save("ordered_at", "supplier_reference", "expected_on")

    def cancel(self, *, reason: str, by: User | None, at: datetime) -> None:
        """Nothing of it was received, and nothing will be."""
        self._go(OrderState.CANCELLED, by=by, at=at, reason=reason)
        self.finished_at = at
        self.collecting = False
        self._save("finished_at", "collecting")

    def _go(self, state: OrderState, *, by: User | None, at: datetime, reason: str = "") -> None:
        if not may_follow(self.state, state):
            raise WrongStateError(
                _t("%(order)s is %(now)s and cannot become %(then)s. Nothing was changed.")
                % {
                    "order": self.number,
                    "now": self.get_state_display(),
                    "then": state.label,
                }
            )
        self.state = state
        self.changed_by = by
        self.changed_at = at
        self.change_reason = reason

    def _save(self, *fields: str) -> None:
        self.version += 1
        self.save(
            update_fields=[
                "state", "changed_by", "changed_at", "change_reason", "version", *fields
            ]
        )  # fmt: skip

    @property
    def is_late(self) -> bool:
        return is_late(self.state, self.expected_on)

    @property
    def is_draft(self) -> bool:
        return self.state == OrderState.DRAFT


def is_late(state: str, expected_on: date | None) -> bool:
    """Whether an order in this state should have come by now."""
    return state in LATE_STATES and expected_on is not None and expected_on < timezone.localdate()
