"""The time line of an order."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import ChoiceLabels
from purchasing.models.order import PurchaseOrder
from purchasing.states import OrderState


class EventKind(models.TextChoices):
    """What happened."""

    CREATED = "created", _("Created")
    EDITED = "edited", _("Changed")
    REQUESTED = "requested", _("Approval asked for")
    STATE = "state", _("State changed")
    POSTPONED = "postponed", _("Expected date changed")
    RECEIVED = "received", _("Goods received")
    REVERSED = "reversed", _("Receipt reversed")
    CLOSED = "closed", _("Lines closed short")
    REOPENED = "reopened", _("Lines opened again")


class OrderEvent(ChoiceLabels):
    """One thing that happened to an order; written once.

    Rows of the kind *state* are written by the database alone.
    """

    order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="events", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    from_state = models.CharField(
        _("state before"), max_length=12, choices=OrderState, blank=True, default=""
    )
    to_state = models.CharField(
        _("state after"), max_length=12, choices=OrderState, blank=True, default=""
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty: the system itself."),
    )
    occurred_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    details: "models.JSONField[Any, Any]" = models.JSONField(_("details"), default=dict)

    class Meta:
        default_permissions = ()
        verbose_name = _("event of an order")
        verbose_name_plural = _("events of orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="state") & ~Q(to_state="") & ~Q(from_state="")
                | ~Q(kind="state") & Q(to_state="", from_state=""),
                name="purchasing_event_states",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.get_kind_display()}"

    @property
    def summary(self) -> str:
        """What happened, in a few words: of a change of state, the new state."""
        if self.kind == EventKind.STATE:
            return self.get_to_state_display()
        return self.get_kind_display()
