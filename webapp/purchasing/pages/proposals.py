"""The pages of re-order proposals: one with its arithmetic, and those that decide about them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.admin import MOST_CHOSEN
from core.errors import BusinessError
from core.pages import as_ids, page_context, requires, user_of
from purchasing.errors import ProposalDecidedError
from purchasing.models import ProposalState, ReorderProposal
from purchasing.proposal_forms import DismissForm, PacksForm
from purchasing.reorder import decisions
from purchasing.reorder.explaining import (
    ordered_packs,
    packs_shown,
    steps_of,
    why_withdrawn,
)

VIEW = "purchasing.view_reorderproposal"
DECIDE = "purchasing.decide_reorderproposal"

LIST = "admin:purchasing_reorderproposal_changelist"
PAGE = "admin:purchasing_reorderproposal_change"


@requires(VIEW)
def show(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """How it was computed, and what became of it."""
    return _page(model_admin, request, pk)


@requires(VIEW, DECIDE)
def accept(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Take one proposal as it is; asked for by the button of its page."""
    if request.method == "POST":
        try:
            accept_all(request, [pk])
        except BusinessError as error:
            return _page(model_admin, request, pk, errors=error.messages)
    return redirect(PAGE, pk)


@requires(VIEW, DECIDE)
def change(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Order another number of packs; the form is on the proposal's page."""
    if request.method != "POST":
        return redirect(PAGE, pk)
    form = PacksForm(request.POST)
    if form.is_valid():
        try:
            decisions.change(
                pk, packs=form.cleaned_data["packs"], by=user_of(request), at=timezone.now()
            )
        except ProposalDecidedError as error:  # the page has no form any more
            return _page(model_admin, request, pk, errors=error.messages)
        except BusinessError as error:
            form.add_error("packs", error)
        else:
            messages.success(request, _("The number of packs is changed."))
            return redirect(PAGE, pk)
    return _page(model_admin, request, pk, form=form)


@requires(VIEW, DECIDE)
def dismiss(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Order nothing for some parts until a day, with the reason."""
    ids = as_ids(request.GET.getlist("proposal"), at_most=MOST_CHOSEN)
    chosen = list(_loaded().filter(pk__in=ids).order_by("part__number"))
    if not chosen:
        messages.error(request, _("Choose the proposals to dismiss in this list first."))
        return redirect(LIST)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.dismiss(
                [proposal.pk for proposal in chosen],
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                at=timezone.now(),
            )
        except BusinessError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)d proposal is dismissed.",
                    "%(count)d proposals are dismissed.",
                    len(chosen),
                )
                % {"count": len(chosen)},
            )
            return redirect(PAGE, chosen[0].pk) if len(chosen) == 1 else redirect(LIST)
    context = page_context(
        model_admin,
        request,
        title=_("Dismiss proposals"),
        form=form,
        proposals=[(proposal, packs_shown(ordered_packs(proposal))) for proposal in chosen],
        back_url=reverse(PAGE, args=[chosen[0].pk]) if len(chosen) == 1 else reverse(LIST),
    )
    return render(request, "purchasing/proposal_dismiss.html", context)


def accept_all(request: HttpRequest, ids: Sequence[int]) -> None:
    """Accept the proposals, all or none, and say where they are now.

    :raises BusinessError: if one of them was decided before
    """
    found = decisions.accept(ids, by=user_of(request), at=timezone.now())
    orders = sorted({str(proposal.line.order) for proposal in found if proposal.line})
    messages.success(
        request,
        ngettext(
            "%(count)d proposal is accepted. It stays on %(orders)s, to be approved next.",
            "%(count)d proposals are accepted. They stay on %(orders)s, to be approved next.",
            len(found),
        )
        % {"count": len(found), "orders": ", ".join(orders)},
    )


def _loaded() -> "QuerySet[ReorderProposal]":
    return ReorderProposal.objects.select_related(
        "part", "supplier_part__supplier", "line__order", "decided_by"
    ).defer("part__search_text", "supplier_part__search_text")


def _page(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    pk: int,
    *,
    form: PacksForm | None = None,
    errors: Sequence[str] = (),
) -> HttpResponse:
    proposal = get_object_or_404(_loaded(), pk=pk)
    packs = ordered_packs(proposal)
    unit = str(proposal.part.get_unit_display())
    is_open = proposal.state == ProposalState.OPEN
    context = page_context(
        model_admin,
        request,
        title=_("Re-order of %(part)s") % {"part": proposal.part},
        proposal=proposal,
        unit=unit,
        packs=packs_shown(packs),
        quantity=round(packs * proposal.factor, 6),
        steps=steps_of(proposal, unit),
        withdrawn=why_withdrawn(proposal.reason) if _is_withdrawn(proposal) else "",
        form=form or PacksForm(initial={"packs": f"{packs.normalize():f}"}),
        errors=errors,
        may_decide=is_open and request.user.has_perm(DECIDE),
    )
    return render(request, "purchasing/proposal.html", context)


def _is_withdrawn(proposal: ReorderProposal) -> bool:
    return proposal.state == ProposalState.WITHDRAWN
