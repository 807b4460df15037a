"""Why a part is ordered again by itself, or why not: in sentences, with the numbers compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Part
from core.numbers import LARGEST, plain
from purchasing.locking import name_of
from purchasing.models import ProposalState, ReorderProposal
from purchasing.reorder.arithmetic import Need
from purchasing.reorder.judging import Judge, Verdict, Want, WhyNot


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The answer in a sentence, what to do about it, and how it was computed."""

    answer: str
    remedy: str = ""
    steps: Sequence[str] = ()
    needs_attention: bool = False
    proposal: ReorderProposal | None = None


def explain(part: Part) -> Explanation:
    """Why the part is proposed at this moment, or why not."""
    judge = Judge([part])
    verdict = judge.judge(part)
    dismissal = None
    if verdict.why_not == WhyNot.DISMISSED:
        dismissal = _dismissal(part)
    return explained(part, verdict, proposal=judge.proposals.get(part.pk), dismissal=dismissal)


def _dismissal(part: Part) -> ReorderProposal | None:
    """The decision that holds longest."""
    return (
        ReorderProposal.objects.filter(
            part=part, state=ProposalState.DISMISSED, dismissed_until__gte=timezone.localdate()
        )
        .select_related("decided_by")
        .order_by("-dismissed_until", "-pk")
        .first()
    )


def explained(
    part: Part,
    verdict: Verdict,
    *,
    proposal: ReorderProposal | None = None,
    dismissal: ReorderProposal | None = None,
) -> Explanation:
    """The verdict in words; an open proposal is what counts."""
    unit = str(part.get_unit_display())
    if proposal is not None:
        return Explanation(
            answer=_proposed(proposal, unit), steps=steps_of(proposal, unit), proposal=proposal
        )
    steps = _steps_to_position(verdict.need, unit)
    if verdict.want is not None:
        return Explanation(
            answer=_("It will be proposed at the next check, tonight at the latest."),
            steps=[*steps, *_steps_to_packs_of(verdict.want, unit)],
        )
    why_not = verdict.why_not or WhyNot.ABOVE
    return Explanation(
        answer=_ANSWERS[why_not](verdict, unit, dismissal),
        remedy=_remedy(why_not),
        steps=[] if why_not in {WhyNot.INACTIVE, WhyNot.NO_POINT} else steps,
        needs_attention=why_not in _UNMET,
    )


# --- The answers ------------------------------------------------------------------------------

# The part falls short, and the system cannot help by itself.
_UNMET = frozenset({WhyNot.NO_SUPPLIER, WhyNot.SEVERAL_SUPPLIERS, WhyNot.PACK, WhyNot.TOO_MUCH})


def _proposed(proposal: ReorderProposal, unit: str) -> str:
    packs = ordered_packs(proposal)
    text = (
        _("Proposed: %(packs)s = %(quantity)s of %(supplier_part)s, on the draft %(order)s.")
        if proposal.line
        else _("Proposed: %(packs)s = %(quantity)s of %(supplier_part)s.")
    )
    return text % {
        "packs": packs_shown(packs),
        "quantity": _quantity(packs * proposal.factor, unit),
        "supplier_part": proposal.supplier_part,
        "order": proposal.line.order if proposal.line else "",
    }


def _inactive(_verdict: Verdict, _unit: str, _dismissal: ReorderProposal | None) -> str:
    return _("The part is inactive, so it is not ordered again.")


def _no_point(_verdict: Verdict, _unit: str, _dismissal: ReorderProposal | None) -> str:
    return _("The part has no reorder point, so it is not ordered again by itself.")


def _above(verdict: Verdict, unit: str, _dismissal: ReorderProposal | None) -> str:
    return _("There is enough: %(on_hand)s on hand, above the reorder point %(point)s.") % {
        "on_hand": _quantity(verdict.need.on_hand, unit),
        "point": plain(verdict.need.reorder_point),
    }


def _coming(verdict: Verdict, unit: str, _dismissal: ReorderProposal | None) -> str:
    need = verdict.need
    return _(
        "It is on order already: %(on_hand)s on hand are at or below the reorder point %(point)s, "
        "but %(coming)s more are on orders and drafts."
    ) % {
        "on_hand": _quantity(need.on_hand, unit),
        "point": plain(need.reorder_point),
        "coming": _quantity(need.on_order + need.drafted, unit),
    }


def _dismissed(verdict: Verdict, _unit: str, dismissal: ReorderProposal | None) -> str:
    until = verdict.dismissed_until or timezone.localdate()
    day = date_format(until, "SHORT_DATE_FORMAT")
    if dismissal is None:
        return _("Dismissed until %(day)s.") % {"day": day}
    return _("Dismissed until %(day)s by %(who)s: %(reason)s") % {
        "day": day,
        "who": name_of(dismissal.decided_by),
        "reason": dismissal.reason,
    }


def _no_supplier(_verdict: Verdict, _unit: str, _dismissal: ReorderProposal | None) -> str:
    return _("It should be ordered, but no active supplier sells it.")


def _several_suppliers(verdict: Verdict, _unit: str, _dismissal: ReorderProposal | None) -> str:
    return ngettext(
        "It should be ordered, but the %(count)d offer for it is not preferred.",
        "It should be ordered, but there are %(count)d offers for it and none is preferred.",
        verdict.offers,
    ) % {"count": verdict.offers}


def _pack(verdict: Verdict, unit: str, _dismissal: ReorderProposal | None) -> str:
    offer = verdict.offer
    if offer is None:  # the judge names the offer with this answer
        return ""
    text = (
        _("It should be ordered, but a pack of %(offer)s is %(pack)s and not whole %(unit)s.")
        if offer.pack_unit == offer.part.unit
        else _(
            "It should be ordered, but a pack of %(offer)s is %(pack)s, which cannot be counted "
            "in %(unit)s."
        )
    )
    pack = f"{plain(offer.pack_quantity)} {offer.get_pack_unit_display()}"
    return text % {"offer": offer, "pack": pack, "unit": unit}


def _too_much(verdict: Verdict, unit: str, _dismissal: ReorderProposal | None) -> str:
    return _(
        "It should be ordered, but what is wanted (%(wanted)s) makes an order of more than "
        "%(largest)s, which is the most that can be recorded."
    ) % {"wanted": _quantity(verdict.need.wanted, unit), "largest": plain(LARGEST)}


_ANSWERS: dict[WhyNot, Callable[[Verdict, str, ReorderProposal | None], str]] = {
    WhyNot.INACTIVE: _inactive,
    WhyNot.NO_POINT: _no_point,
    WhyNot.ABOVE: _above,
    WhyNot.COMING: _coming,
    WhyNot.DISMISSED: _dismissed,
    WhyNot.NO_SUPPLIER: _no_supplier,
    WhyNot.SEVERAL_SUPPLIERS: _several_suppliers,
    WhyNot.PACK: _pack,
    WhyNot.TOO_MUCH: _too_much,
}


def _remedy(why_not: WhyNot) -> str:
    """What to do where somebody has to do something."""
    return {
        WhyNot.NO_POINT: _("Give it a reorder point, and it is proposed when it falls to it."),
        WhyNot.NO_SUPPLIER: _("Enter who sells it among its supplier parts, or activate one."),
        WhyNot.SEVERAL_SUPPLIERS: _("Mark one of its supplier parts as preferred."),
        WhyNot.PACK: _("Correct the pack size of the supplier part."),
        WhyNot.TOO_MUCH: _("Correct target, reorder quantity, minimum order or pack size."),
    }.get(why_not, "")


def why_withdrawn(reason: str) -> str:
    """Why a proposal was taken back: the code that is kept with it, in words."""
    words: dict[str, str] = {
        WhyNot.INACTIVE: _("The part became inactive."),
        WhyNot.NO_POINT: _("The part has no reorder point any more."),
        WhyNot.ABOVE: _("There was enough in stock again."),
        WhyNot.COMING: _("Enough was ordered meanwhile."),
        WhyNot.DISMISSED: _("Ordering it was dismissed."),
        WhyNot.NO_SUPPLIER: _("No active supplier sells the part any more."),
        WhyNot.SEVERAL_SUPPLIERS: _("Several suppliers sell the part, and none is preferred."),
        WhyNot.PACK: _("A pack does not hold a whole number of the part any more."),
        WhyNot.TOO_MUCH: _("What was wanted became more than can be recorded."),
    }
    return words.get(reason, reason)


# --- The arithmetic ---------------------------------------------------------------------------


def steps_of(proposal: ReorderProposal, unit: str) -> list[str]:
    """The arithmetic kept with a proposal, written out as a person would."""
    need = Need(
        on_hand=proposal.on_hand,
        on_order=proposal.on_order,
        drafted=proposal.drafted,
        reorder_point=proposal.reorder_point,
        target_quantity=proposal.target_quantity,
        reorder_quantity=proposal.reorder_quantity,
    )
    steps = [
        *_steps_to_position(need, unit),
        *_steps_to_packs(
            need,
            unit,
            factor=proposal.factor,
            minimum=proposal.minimum_packs,
            packs=proposal.packs,
        ),
    ]
    ordered = ordered_packs(proposal)
    if ordered != proposal.packs:
        steps.append(
            _("A person changed it to %(packs)s = %(quantity)s.")
            % {
                "packs": packs_shown(ordered),
                "quantity": _quantity(ordered * proposal.factor, unit),
            }
        )
    return steps


def ordered_packs(proposal: ReorderProposal) -> Decimal:
    """What is on the order, which a person may have changed; else what was computed."""
    return proposal.line.quantity if proposal.line else proposal.packs


def packs_shown(packs: Decimal) -> str:
    """``1 pack``, ``2.5 packs``."""
    text = ngettext("%(count)s pack", "%(count)s packs", 1 if packs == 1 else 2)
    return text % {"count": plain(packs)}


def _steps_to_position(need: Need, unit: str) -> list[str]:
    compared = (
        _("%(position)s is at or below the reorder point %(point)s.")
        if need.falls_short
        else _("%(position)s is above the reorder point %(point)s.")
    )
    return [
        _("On hand %(on_hand)s + on order %(on_order)s + in drafts %(drafted)s = %(position)s")
        % {
            "on_hand": plain(need.on_hand),
            "on_order": plain(need.on_order),
            "drafted": plain(need.drafted),
            "position": _quantity(need.position, unit),
        },
        compared % {"position": plain(need.position), "point": plain(need.reorder_point)},
    ]


def _steps_to_packs_of(want: Want, unit: str) -> list[str]:
    return _steps_to_packs(
        want.need,
        unit,
        factor=want.factor,
        minimum=want.supplier_part.minimum_order_quantity,
        packs=want.packs,
    )


def _steps_to_packs(
    need: Need, unit: str, *, factor: Decimal, minimum: Decimal, packs: Decimal
) -> list[str]:
    exact = need.wanted / factor
    by_need, by_minimum = _up(exact), _up(minimum)
    division = (
        _("%(wanted)s ÷ %(factor)s a pack = %(packs)s")
        if exact == by_need
        else _("%(wanted)s ÷ %(factor)s a pack, rounded up = %(packs)s")
    )
    steps = [
        *_steps_to_wanted(need, unit),
        division
        % {
            "wanted": plain(need.wanted),
            "factor": _quantity(factor, unit),
            "packs": packs_shown(by_need),
        },
    ]
    if by_minimum > by_need:
        steps.append(_("The minimum order is %(packs)s.") % {"packs": packs_shown(by_minimum)})
    if packs > max(by_need, by_minimum):
        steps.append(
            _("Only %(packs)s lift the stock above the reorder point.")
            % {"packs": packs_shown(packs)}
        )
    steps.append(
        _("%(packs)s × %(factor)s = %(quantity)s")
        % {
            "packs": packs_shown(packs),
            "factor": plain(factor),
            "quantity": _quantity(packs * factor, unit),
        }
    )
    return steps


def _steps_to_wanted(need: Need, unit: str) -> list[str]:
    has_target = need.target_quantity is not None
    target = need.reorder_point if need.target_quantity is None else need.target_quantity
    missing = target - need.position
    text = (
        _("Target %(target)s − %(position)s = %(missing)s wanted")
        if has_target
        else _("Without a target up to the reorder point: %(target)s − %(position)s = %(missing)s")
    )
    steps = [
        text
        % {
            "target": plain(target),
            "position": plain(need.position),
            "missing": _quantity(missing, unit),
        }
    ]
    if need.wanted > missing:
        steps.append(
            _("The reorder quantity is more: %(wanted)s wanted")
            % {"wanted": _quantity(need.wanted, unit)}
        )
    return steps


def _quantity(quantity: Decimal, unit: str) -> str:
    """A quantity of the part: what packs hold has twelve decimals, six are kept."""
    return f"{plain(round(quantity, 6))} {unit}"


def _up(number: Decimal) -> Decimal:
    return number.to_integral_value(rounding=ROUND_CEILING)
