"""The pages on which people decide about an order; each calls one service."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import User
from core.errors import BusinessError
from core.pages import page_context, requires, user_of
from purchasing import life
from purchasing.expecting import expected_by_lead_times
from purchasing.forms import (
    DecisionForm,
    LinesForm,
    PlaceForm,
    PostponeForm,
    ReasonForm,
    ReopenForm,
)
from purchasing.models import Origin, PurchaseOrder
from purchasing.states import COMMITTED, RECEIVABLE, OrderState


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that may be decided, when, and by whom.

    Without `fields` the order's own page has the button that decides at once.
    """

    slug: str
    title: Promise
    icon: str
    permission: str
    service: Callable[..., PurchaseOrder]
    form: type[DecisionForm]
    possible: Callable[[PurchaseOrder], bool]
    done: Promise
    explains: "Promise | str" = ""
    at_once: bool = False
    grave: bool = False

    @property
    def url_name(self) -> str:
        return f"purchasing_order_{self.slug.replace('-', '_')}"

    @property
    def address(self) -> str:
        return f"admin:{self.url_name}"

    @property
    def view(self) -> Callable[..., HttpResponse]:
        guarded = requires(self.permission, "purchasing.view_purchaseorder")(_decide)
        bound = partial(guarded, decision=self)
        return update_wrapper(bound, guarded)

    def offered(self, order: PurchaseOrder, user: User) -> bool:
        """Whether the order's page has the button for this person."""
        return self.possible(order) and user.has_perm(self.permission)


def _state(*states: OrderState) -> Callable[[PurchaseOrder], bool]:
    return lambda order: order.state in states


def _waits_for_request(order: PurchaseOrder) -> bool:
    return (
        order.is_draft and order.approval_requested_at is None and order.origin != Origin.AUTOMATIC
    )


def _has_closed_lines(order: PurchaseOrder) -> bool:
    return order.ordered_at is not None and any(line.closed for line in order.lines.all())


DECISIONS = (
    Decision(
        slug="request-approval",
        title=_("Ask for approval"),
        icon="outgoing_mail",
        permission="purchasing.change_purchaseorder",
        service=life.request_approval,
        form=DecisionForm,
        possible=_waits_for_request,
        done=_("%(order)s waits for approval."),
        at_once=True,
    ),
    Decision(
        slug="approve",
        title=_("Approve"),
        icon="task_alt",
        permission="purchasing.approve_purchaseorder",
        service=life.approve,
        form=DecisionForm,
        possible=_state(OrderState.DRAFT),
        done=_("%(order)s is approved."),
        at_once=True,
    ),
    Decision(
        slug="place",
        title=_("Mark as ordered"),
        icon="send",
        permission="purchasing.order_purchaseorder",
        service=life.place,
        form=PlaceForm,
        possible=_state(OrderState.APPROVED),
        done=_("%(order)s is ordered."),
        explains=_("The supplier has the order. From now on it is received."),
    ),
    Decision(
        slug="postpone",
        title=_("Change the expected date"),
        icon="event_repeat",
        permission="purchasing.order_purchaseorder",
        service=life.postpone,
        form=PostponeForm,
        possible=_state(*COMMITTED),
        done=_("%(order)s is expected on another day."),
        explains=_("The goods are still on order: nothing is ordered again."),
    ),
    Decision(
        slug="send-back",
        title=_("Send back to draft"),
        icon="undo",
        permission="purchasing.approve_purchaseorder",
        service=life.send_back,
        form=ReasonForm,
        possible=_state(OrderState.APPROVED),
        done=_("%(order)s is a draft again."),
        explains=_("The order becomes a draft, is changed there, and approved anew."),
    ),
    Decision(
        slug="close-short",
        title=_("Close short"),
        icon="content_cut",
        permission="purchasing.close_purchaseorder",
        service=life.close_short,
        form=LinesForm,
        possible=_state(*RECEIVABLE),
        done=_("Lines of %(order)s are closed short."),
        explains=_("What is missing of these lines is not expected any more."),
        grave=True,
    ),
    Decision(
        slug="open-again",
        title=_("Open lines again"),
        icon="restart_alt",
        permission="purchasing.close_purchaseorder",
        service=life.open_again,
        form=ReopenForm,
        possible=_has_closed_lines,
        done=_("The lines of %(order)s are open again."),
        explains=_("What is missing of these lines is expected after all."),
    ),
    Decision(
        slug="cancel",
        title=pgettext_lazy("order", "Cancel the order"),
        icon="cancel",
        permission="purchasing.close_purchaseorder",
        service=life.cancel,
        form=ReasonForm,
        possible=_state(OrderState.DRAFT, OrderState.APPROVED, OrderState.ORDERED),
        done=_("%(order)s is cancelled."),
        explains=_("Nothing of it was received, and nothing will be. This cannot be undone."),
        grave=True,
    ),
)


def _decide(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int, *, decision: Decision
) -> HttpResponse:
    order = get_object_or_404(PurchaseOrder.objects.select_related("supplier"), pk=pk)
    initial = {"expected_on": order.expected_on or expected_by_lead_times(order)}
    form = decision.form(request.POST or None, order=order, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            decision.service(pk, **form.values(), by=user_of(request), at=timezone.now())
        except BusinessError as error:
            if decision.at_once:
                messages.error(request, str(error))
                return redirect("admin:purchasing_purchaseorder_change", pk)
            form.add_error(None, error)
            order.refresh_from_db()
            form.look_again(order)
        else:
            messages.success(request, decision.done % {"order": order.number})
            return redirect("admin:purchasing_purchaseorder_change", pk)
    if decision.at_once:  # without a form of its own: the order's page has the button
        return redirect("admin:purchasing_purchaseorder_change", pk)
    context = page_context(
        model_admin,
        request,
        title=decision.title,
        decision=decision,
        order=order,
        form=form,
    )
    return render(request, "purchasing/order_decision.html", context)
