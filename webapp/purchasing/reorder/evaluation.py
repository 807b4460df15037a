"""Bringing the open proposals to what stock, orders and master data ask for.

Called in the transaction of whatever changed one of these. A proposal is computed anew each
time and never added to; the database allows one open proposal a part.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.locking import lock_parts
from catalog.models import Part
from purchasing.locking import lock_suppliers, suppliers_of
from purchasing.models import OrderLine, ProposalState, ReorderProposal
from purchasing.reorder.approval import approve_what_may
from purchasing.reorder.drafts import CollectingDrafts
from purchasing.reorder.judging import Judge, Want, WhyNot


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How many proposals an evaluation made, computed anew, and took back."""

    proposed: int = 0
    recomputed: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            proposed=self.proposed + other.proposed,
            recomputed=self.recomputed + other.recomputed,
            withdrawn=self.withdrawn + other.withdrawn,
        )


@transaction.atomic
def reorder(part_ids: Collection[int], *, at: datetime) -> Changes:
    """Lock the parts, and bring their proposals up to date."""
    lock_parts(part_ids)
    return reorder_locked(part_ids, at=at)


def reorder_locked(part_ids: Collection[int], *, at: datetime) -> Changes:
    """The same, for callers who have locked the parts; most often there is nothing to do."""
    parts = list(in_question(Part.objects.filter(pk__in=part_ids)).order_by("pk"))
    if not parts:
        return Changes()
    ids = {part.pk for part in parts}
    lock_suppliers(suppliers_of(ids))
    evaluation = _Evaluation(parts, at=at)
    for part in parts:
        evaluation.look_at(part)
    changes = evaluation.finish()
    if approve_what_may(evaluation.drafts.touched(), locked=set(part_ids), at=at):
        changes += reorder_locked(part_ids, at=at)  # a person may have set less than is needed
    return changes


def in_question(parts: "QuerySet[Part]") -> "QuerySet[Part]":
    """Those at or below their reorder point by the quickest look, or with an open proposal."""
    proposed = ReorderProposal.objects.filter(part=OuterRef("pk"), state=ProposalState.OPEN)
    short = Q(active=True, reorder_point__gt=0, on_hand__lte=F("reorder_point") - F("on_order"))
    return parts.filter(short | Exists(proposed)).defer("search_text")


def is_short(part: Part, *, on_hand: Decimal) -> bool:
    """The same quick look at a part that is locked and known, with so many on hand."""
    return part.active and part.reorder_point > 0 and on_hand <= part.reorder_point - part.on_order


class _Evaluation:
    """One look at some parts; everything is locked."""

    def __init__(self, parts: Collection[Part], *, at: datetime) -> None:
        self._judge = Judge(parts)
        self._at = at
        self._new: list[tuple[ReorderProposal, OrderLine]] = []
        self._recomputed = self._withdrawn = 0
        self.drafts = CollectingDrafts(at=at)

    def look_at(self, part: Part) -> None:
        want = (verdict := self._judge.judge(part)).want
        proposal = self._judge.proposals.get(part.pk)
        if want is None:
            if proposal and verdict.why_not:
                self._withdraw(proposal, verdict.why_not)
        elif proposal is None:
            line = self.drafts.new_line(want)
            self._new.append((_computed(ReorderProposal(part=part), want, at=self._at), line))
        else:
            self._recompute(proposal, want)

    def finish(self) -> Changes:
        """Write the new proposals, and what happened to the drafts."""
        OrderLine.objects.bulk_create(line for _proposal, line in self._new)
        for proposal, line in self._new:
            proposal.line = line
        ReorderProposal.objects.bulk_create(proposal for proposal, _line in self._new)
        self.drafts.finish()
        return Changes(
            proposed=len(self._new), recomputed=self._recomputed, withdrawn=self._withdrawn
        )

    def _withdraw(self, proposal: ReorderProposal, why_not: WhyNot) -> None:
        line = proposal.line
        proposal.state = ProposalState.WITHDRAWN
        proposal.line = None
        proposal.decided_at = self._at
        proposal.reason = why_not.value
        proposal.save()
        if line:
            self.drafts.remove(line)
        self._withdrawn += 1

    def _recompute(self, proposal: ReorderProposal, want: Want) -> None:
        before = {name: getattr(proposal, name) for name in _ARITHMETIC}
        old = proposal.line
        moves = proposal.supplier_part_id != want.supplier_part.pk or (
            old is not None and old.order.supplier_id != want.supplier_part.supplier_id
        )
        _computed(proposal, want, at=self._at)
        if moves:
            proposal.fixed = False
            proposal.line = self.drafts.new_line(want)
            proposal.line.save()
        elif before == {name: getattr(proposal, name) for name in _ARITHMETIC}:
            return
        proposal.save()
        self._recomputed += 1
        if old is None:
            return
        if moves:
            self.drafts.remove(old)
        elif not proposal.fixed:
            self.drafts.change(old, want)


_ARITHMETIC = (
    "on_hand",
    "on_order",
    "drafted",
    "reorder_point",
    "target_quantity",
    "reorder_quantity",
    "wanted",
    "factor",
    "minimum_packs",
    "packs",
)


def _computed(proposal: ReorderProposal, want: Want, *, at: datetime) -> ReorderProposal:
    """The proposal with the arithmetic of `want`."""
    need = want.need
    proposal.supplier_part = want.supplier_part
    proposal.on_hand = need.on_hand
    proposal.on_order = need.on_order
    proposal.drafted = need.drafted
    proposal.reorder_point = need.reorder_point
    proposal.target_quantity = need.target_quantity
    proposal.reorder_quantity = need.reorder_quantity
    proposal.wanted = need.wanted
    proposal.factor = want.factor
    proposal.minimum_packs = want.supplier_part.minimum_order_quantity
    proposal.packs = want.packs
    proposal.computed_at = at
    return proposal
