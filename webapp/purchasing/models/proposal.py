"""What re-ordering by itself proposes, and why."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Part, SupplierPart
from core.models import ChoiceLabels
from purchasing.models.line import OrderLine


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReorderProposal(ChoiceLabels):
    """One need of a part, with the arithmetic that found it.

    Open, it is a line of its supplier's automatic draft, and is computed anew at every change;
    the database allows one open proposal a part. Quantities are in the part's own unit, `packs`
    in units of purchase.
    """

    part = models.ForeignKey(
        Part,
        on_delete=models.PROTECT,
        related_name="reorder_proposals",
        verbose_name=_("part"),
    )
    supplier_part = models.ForeignKey(
        SupplierPart,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("supplier part"),
    )
    line = models.OneToOneField(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        related_name="proposal",
        verbose_name=_("order line"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ProposalState, default=ProposalState.OPEN
    )
    on_hand = models.DecimalField(_("on hand"), max_digits=18, decimal_places=6)
    on_order = models.DecimalField(_("on order"), max_digits=18, decimal_places=6)
    drafted = models.DecimalField(
        _("in drafts"),
        max_digits=18,
        decimal_places=6,
        help_text=_("On drafts of orders, this proposal not counted."),
    )
    reorder_point = models.DecimalField(_("reorder point"), max_digits=18, decimal_places=6)
    target_quantity = models.DecimalField(
        _("target quantity"), max_digits=18, decimal_places=6, null=True
    )
    reorder_quantity = models.DecimalField(
        _("reorder quantity"), max_digits=18, decimal_places=6, null=True
    )
    wanted = models.DecimalField(
        _("wanted"),
        max_digits=18,
        decimal_places=6,
        help_text=_("Before rounding up to packs and the minimum order."),
    )
    factor = models.DecimalField(_("one pack holds"), max_digits=24, decimal_places=12)
    minimum_packs = models.DecimalField(
        _("minimum order quantity"), max_digits=18, decimal_places=6
    )
    packs = models.DecimalField(_("packs"), max_digits=18, decimal_places=6)
    fixed = models.BooleanField(
        _("quantity set by a person"),
        default=False,
        help_text=_("Then it stays, and only the arithmetic beside it is computed anew."),
    )
    created_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    computed_at = models.DateTimeField(_("computed at"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty: the system itself."),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    dismissed_until = models.DateField(_("dismissed until"), null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("decide_reorderproposal", "Can accept and dismiss re-order proposals")]
        verbose_name = _("re-order proposal")
        verbose_name_plural = _("re-order proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["part"],
                condition=Q(state="open"),
                name="purchasing_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]),
                name="purchasing_proposal_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted"], line__isnull=False)
                | Q(state__in=["dismissed", "withdrawn"], line__isnull=True),
                name="purchasing_proposal_on_order",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="purchasing_proposal_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(state="dismissed", dismissed_until__isnull=False) & ~Q(reason="")
                | ~Q(state="dismissed") & Q(dismissed_until__isnull=True),
                name="purchasing_proposal_dismissed_until",
            ),
            models.CheckConstraint(
                condition=Q(packs__gt=0) & Q(wanted__gte=0) & Q(factor__gt=0),
                name="purchasing_proposal_wants_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["part", "dismissed_until"],
                condition=Q(state="dismissed"),
                name="purchasing_proposal_dismissed",
            ),
            models.Index(fields=["state", "-id"], name="purchasing_proposal_state"),
        ]

    def __str__(self) -> str:
        return f"{self.part} × {self.packs.normalize():f}"

    @property
    def position(self) -> Decimal:
        """What there is and what comes, this proposal not counted."""
        return self.on_hand + self.on_order + self.drafted

    @property
    def quantity(self) -> Decimal:
        """What the packs hold."""
        return self.packs * self.factor
