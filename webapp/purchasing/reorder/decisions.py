"""What people decide about proposals: accept, change, dismiss."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from core import units
from core.numbers import LARGEST
from core.transactions import in_one_transaction
from purchasing.errors import OrderRefusedError, ProposalDecidedError
from purchasing.locking import lock_suppliers, name_of, suppliers_of
from purchasing.models import (
    EventKind,
    OrderEvent,
    OrderLine,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.positions import close_gaps
from purchasing.reorder.evaluation import reorder_locked


@in_one_transaction
def accept(proposals: Collection[int], *, by: User, at: datetime) -> list[ReorderProposal]:
    """Take proposals as they are: their lines stay on the draft and are not computed any more."""
    found = _locked(proposals)
    for proposal in found:
        proposal.state = ProposalState.ACCEPTED
        proposal.decided_by = by
        proposal.decided_at = at
        proposal.save(update_fields=["state", "decided_by", "decided_at"])
    reorder_locked({proposal.part_id for proposal in found}, at=at)
    return found


@in_one_transaction
def change(proposal_id: int, *, packs: Decimal, by: User, at: datetime) -> ReorderProposal:
    """Order another quantity than the one proposed; from then on it stays.

    :raises OrderRefusedError: if it is not a possible number of packs
    """
    (proposal,) = _locked([proposal_id])
    part, line = proposal.part, _line_of(proposal)
    if packs <= 0:
        raise OrderRefusedError(_("%(part)s: order more than 0.") % {"part": part.number})
    if max(packs, packs * line.factor) > LARGEST:
        raise OrderRefusedError(_("%(part)s: this quantity is too large.") % {"part": part.number})
    if part.unit in units.WHOLE and packs * line.factor % 1:
        raise OrderRefusedError(
            _("%(part)s is counted in whole %(unit)s.")
            % {"part": part.number, "unit": part.get_unit_display()}
        )
    line.quantity = packs
    line.save(update_fields=["quantity"])
    proposal.fixed = True
    proposal.save(update_fields=["fixed"])
    _tell(line.order, by=by, at=at, what="changed", line=line)
    return proposal


@in_one_transaction
def dismiss(
    proposals: Collection[int], *, until: date, reason: str, by: User, at: datetime
) -> list[ReorderProposal]:
    """Order nothing for these parts up to and including a day.

    :raises OrderRefusedError: if the day is past, or no reason is given
    """
    if until < timezone.localdate():
        raise OrderRefusedError(_("This day is past. Choose today or a later one."))
    if not reason.strip():
        raise OrderRefusedError(_("Give a reason."))
    found = _locked(proposals)
    for proposal in found:
        line = _line_of(proposal)
        proposal.state = ProposalState.DISMISSED
        proposal.line = None
        proposal.decided_by = by
        proposal.decided_at = at
        proposal.reason = reason
        proposal.dismissed_until = until
        proposal.save()
        _tell(line.order, by=by, at=at, what="removed", line=line)
        line.delete()
        close_gaps([line.order_id])
    return found


def _locked(ids: Collection[int]) -> list[ReorderProposal]:
    """The proposals as they are now, which are all open still."""
    parts = set(ReorderProposal.objects.filter(pk__in=ids).values_list("part_id", flat=True))
    lock_parts(parts)
    lock_suppliers(suppliers_of(parts))
    found = list(
        ReorderProposal.objects.filter(pk__in=ids)
        .select_related("part", "line__order", "decided_by", "supplier_part")
        .order_by("pk")
    )
    if not found:
        raise OrderRefusedError(_("Choose at least one proposal."))
    for proposal in found:
        if proposal.state != ProposalState.OPEN:
            raise ProposalDecidedError(
                _(
                    "The proposal for %(part)s is %(state)s already (%(who)s). Nothing was "
                    "changed. Look at the list again."
                )
                % {
                    "part": proposal.part.number,
                    "state": proposal.get_state_display(),
                    "who": name_of(proposal.decided_by),
                }
            )
    return found


def _line_of(proposal: ReorderProposal) -> OrderLine:
    if proposal.line is None:  # the database allows it for decided proposals only
        raise ProposalDecidedError(_("The proposal is on no order any more."))
    return proposal.line


def _tell(order: PurchaseOrder, *, by: User, at: datetime, what: str, line: OrderLine) -> None:
    order.refresh_from_db(fields=["version"])
    order.version += 1
    order.edited_by = by
    order.save(update_fields=["version", "edited_by"])
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.EDITED,
        actor=by,
        occurred_at=at,
        details={what: [[line.part.number, f"{line.quantity.normalize():f}"]]},
    )
