"""Finding parts by what is being done about their re-order; each by a small index."""

from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.models import Part, StockStatus, SupplierPart
from purchasing.models import OrderLine, ProposalState, ReorderProposal
from purchasing.states import COMMITTED, OrderState


def proposed(parts: "QuerySet[Part]") -> "QuerySet[Part]":
    """Those with an open proposal."""
    found = ReorderProposal.objects.filter(state=ProposalState.OPEN)
    return parts.filter(pk__in=found.values("part_id"))


def on_order(parts: "QuerySet[Part]") -> "QuerySet[Part]":
    """Those of which something is awaited: ``Part.on_order`` is more than 0."""
    awaited = OrderLine.objects.filter(outstanding__gt=0, order_state__in=COMMITTED)
    return parts.filter(pk__in=awaited.values("part_id"))


def without_supplier(parts: "QuerySet[Part]") -> "QuerySet[Part]":
    """Those that the judge would order if it knew of whom."""
    offers = SupplierPart.objects.filter(part=OuterRef("pk"), active=True, supplier__active=True)
    number_of_offers = offers.order_by().values("part").annotate(number=Count("*"))
    of_part = OrderLine.objects.filter(part=OuterRef("pk"), outstanding__gt=0)
    drafted = of_part.filter(order_state=OrderState.DRAFT).order_by().values("part")
    dismissed = ReorderProposal.objects.filter(
        part=OuterRef("pk"),
        state=ProposalState.DISMISSED,
        dismissed_until__gte=timezone.localdate(),
    )
    nothing = Value(Decimal(0))
    return parts.alias(
        drafted=Coalesce(Subquery(drafted.annotate(sum=Sum("outstanding")).values("sum")), nothing),
        offers=Coalesce(Subquery(number_of_offers.values("number")), Value(0)),
    ).filter(
        ~Exists(dismissed),
        ~Exists(offers.filter(preferred=True)),
        ~Q(offers=1),
        active=True,
        # What falls short is low or out; that has an index.
        status__in=[StockStatus.OUT, StockStatus.LOW],
        reorder_point__gt=0,
        on_hand__lte=F("reorder_point") - F("on_order") - F("drafted"),
    )
