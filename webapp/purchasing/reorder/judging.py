"""Whether a part is to be re-ordered, of whom and how much; or why not."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from catalog.models import Part, SupplierPart
from core import units
from core.numbers import LARGEST
from core.rows import fetched
from purchasing.models import ProposalState, ReorderProposal
from purchasing.reorder.arithmetic import Need, packs_for
from purchasing.states import OrderState
from purchasing.terms import kept_factor


class WhyNot(StrEnum):
    """Why nothing is proposed."""

    INACTIVE = "inactive"
    NO_POINT = "no point"
    ABOVE = "above"
    COMING = "coming"
    DISMISSED = "dismissed"
    NO_SUPPLIER = "no supplier"
    SEVERAL_SUPPLIERS = "several suppliers"
    PACK = "pack"
    TOO_MUCH = "too much"


@dataclass(frozen=True, kw_only=True)
class Want:
    """So many packs of a supplier part."""

    need: Need
    supplier_part: SupplierPart
    factor: Decimal
    packs: Decimal


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wanted, or why nothing is; with the figures that it was judged by."""

    need: Need
    want: Want | None = None
    why_not: WhyNot | None = None
    dismissed_until: date | None = None
    offers: int = 0
    offer: SupplierPart | None = None


# As text: asked for each part that is looked at and each that is issued, and Django takes far
# longer to write it than the database takes to answer it.
_STANDING = f"""
SELECT l.part_id, sum(l.outstanding), NULL::bigint
FROM purchasing_orderline l
WHERE l.part_id = ANY(%(parts)s) AND l.outstanding > 0 AND l.order_state = '{OrderState.DRAFT}'
      AND NOT EXISTS (SELECT FROM purchasing_reorderproposal p
                      WHERE p.line_id = l.id AND p.state = '{ProposalState.OPEN}')
GROUP BY l.part_id
UNION ALL
SELECT NULL, NULL, p.id
FROM purchasing_reorderproposal p
WHERE p.part_id = ANY(%(parts)s) AND p.state = '{ProposalState.OPEN}'
"""  # noqa: S608 - our own names


class Judge:
    """What must be known of a number of parts to judge them, asked for all of them at once, and
    only if one of them makes it matter: most have enough."""

    def __init__(self, parts: Collection[Part]) -> None:
        self._ids = [part.pk for part in parts]

    @cached_property
    def _standing(self) -> tuple[dict[int, Decimal], list[int]]:
        """What others have on drafts, by part, and which proposals are open."""
        rows = fetched(_STANDING, {"parts": self._ids})
        drafted = {part: quantity for part, quantity, _proposal in rows if part is not None}
        return drafted, [proposal for _part, _quantity, proposal in rows if proposal is not None]

    @cached_property
    def proposals(self) -> dict[int, ReorderProposal]:
        """The open ones, by part."""
        _drafted, proposals = self._standing
        if not proposals:
            return {}
        return {
            proposal.part_id: proposal
            for proposal in ReorderProposal.objects.filter(
                pk__in=proposals, state=ProposalState.OPEN
            ).select_related("line__order", "supplier_part__supplier")
        }

    @cached_property
    def _offers(self) -> dict[int, list[SupplierPart]]:
        offers: dict[int, list[SupplierPart]] = defaultdict(list)
        for offer in SupplierPart.objects.filter(
            part__in=self._ids, active=True, supplier__active=True
        ).select_related("part", "supplier"):
            offers[offer.part_id].append(offer)
        return offers

    @cached_property
    def _dismissed(self) -> dict[int, date]:
        """Until when; of several decisions the one that holds longest."""
        dismissed: dict[int, date] = {}
        for part_id, until in ReorderProposal.objects.filter(
            part__in=self._ids,
            state=ProposalState.DISMISSED,
            dismissed_until__gte=timezone.localdate(),
        ).values_list("part_id", "dismissed_until"):
            if until is not None:
                dismissed[part_id] = max(until, dismissed.get(part_id, until))
        return dismissed

    def judge(self, part: Part) -> Verdict:
        """The verdict on one of the parts."""
        need = Need(
            on_hand=part.on_hand,
            on_order=part.on_order,
            drafted=self._standing[0].get(part.pk, Decimal(0)),
            reorder_point=part.reorder_point,
            target_quantity=part.target_quantity,
            reorder_quantity=part.reorder_quantity,
        )
        if not part.active:
            return Verdict(need=need, why_not=WhyNot.INACTIVE)
        if not need.falls_short:
            return Verdict(need=need, why_not=_not_short(need))
        if until := self._dismissed.get(part.pk):
            return Verdict(need=need, why_not=WhyNot.DISMISSED, dismissed_until=until)
        return self._of_supplier(part, need)

    def _of_supplier(self, part: Part, need: Need) -> Verdict:
        offers = self._offers[part.pk]
        chosen = [offer for offer in offers if offer.preferred]
        if not chosen and len(offers) == 1:
            chosen = offers  # no other to prefer it to
        if not chosen:
            why_not = WhyNot.SEVERAL_SUPPLIERS if offers else WhyNot.NO_SUPPLIER
            return Verdict(need=need, why_not=why_not, offers=len(offers))
        offer = chosen[0]
        try:
            factor = kept_factor(offer.pack_in_base_units)
        except ValidationError:  # the unit of the part is another one than when it was entered
            return Verdict(need=need, why_not=WhyNot.PACK, offer=offer)
        if not factor or (part.unit in units.WHOLE and factor % 1):
            return Verdict(need=need, why_not=WhyNot.PACK, offer=offer)
        packs = packs_for(need, factor=factor, minimum_packs=offer.minimum_order_quantity)
        if packs * max(factor, Decimal(1)) > LARGEST:
            return Verdict(need=need, why_not=WhyNot.TOO_MUCH, offer=offer)
        want = Want(need=need, supplier_part=offer, factor=factor, packs=packs)
        return Verdict(need=need, want=want)


def _not_short(need: Need) -> WhyNot:
    if need.reorder_point <= 0:
        return WhyNot.NO_POINT
    return WhyNot.COMING if need.on_hand <= need.reorder_point else WhyNot.ABOVE
