"""The page of one order: what it says, where it stands, and what may be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from core.numbers import plain
from core.pages import page_context, requires, user_of
from core.postgresql.base import prepared
from purchasing.amounts import amounts_of, needs_second_person
from purchasing.locking import name_of
from purchasing.models import EventKind, OrderEvent, OrderLine, PurchaseOrder
from purchasing.pages.decisions import DECISIONS, Decision
from purchasing.states import RECEIVABLE, OrderState

MOST_EVENTS = 300
# The way of an order that goes well.
_WAY = (OrderState.DRAFT, OrderState.APPROVED, OrderState.ORDERED, OrderState.RECEIVED)


@requires("purchasing.view_purchaseorder")
@prepared()
def show(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one order."""
    orders = PurchaseOrder.objects.select_related(
        "supplier", "destination", "created_by", "edited_by", "approved_by"
    )
    order = get_object_or_404(orders, pk=pk)
    user = user_of(request)
    lines = list(
        order.lines.select_related("part", "supplier_part", "proposal", "closed_by")
        .defer("part__search_text", "supplier_part__search_text")
        .order_by("position")
    )
    context = page_context(
        model_admin,
        request,
        title=order.number,
        order=order,
        lines=lines,
        amounts=amounts_of(lines),
        proposed=any(_is_open(line) for line in lines),
        way=_way(order),
        receipts=order.receipts.select_related("actor", "reverses", "reversed_by").order_by("-pk"),
        time_line=_time_line(order),
        edit_url=_edit_url(order, user),
        receive_url=_receive_url(order, user),
        second_person=_second_person(order, lines, user),
        **_buttons(order, user),
        may_see_document=user.has_perm("catalog.view_supplierpart"),
    )
    return render(request, "purchasing/order.html", context)


def _is_open(line: OrderLine) -> bool:
    return hasattr(line, "proposal") and line.proposal.state == "open"


def _way(order: PurchaseOrder) -> Sequence[dict[str, Any]]:
    """The stations of an order, with those that it has passed; how it ended where it differs."""
    labels = {state: state.label for state in _WAY}
    state = OrderState(order.state)
    if state in {OrderState.CANCELLED, OrderState.CLOSED}:
        labels[OrderState.RECEIVED] = state.label
    if state == OrderState.PARTIAL:
        labels[OrderState.ORDERED] = state.label
    place = {
        OrderState.DRAFT: 0,
        OrderState.APPROVED: 1,
        OrderState.ORDERED: 2,
        OrderState.PARTIAL: 2,
    }.get(state, 3)
    days = (order.created_at, order.approved_at, order.ordered_at, order.finished_at)
    return [
        {
            "label": labels[station],
            # Of one cancelled on the way, only what it really passed.
            "passed": index < place and (day is not None or state != OrderState.CANCELLED),
            "now": index == place,
            "ended": state == OrderState.CANCELLED and index == place,
            "at": day,
        }
        for index, (station, day) in enumerate(zip(_WAY, days, strict=True))
    ]


def _edit_url(order: PurchaseOrder, user: User) -> str:
    if not (order.is_draft and user.has_perm("purchasing.change_purchaseorder")):
        return ""
    return reverse("admin:purchasing_purchaseorder_edit", args=[order.pk])


def _receive_url(order: PurchaseOrder, user: User) -> str:
    if order.state not in RECEIVABLE or not user.has_perm("purchasing.receive_purchaseorder"):
        return ""
    return reverse("admin:purchasing_order_receive", args=[order.pk])


def _buttons(order: PurchaseOrder, user: User) -> dict[str, list[Decision]]:
    offered = [decision for decision in DECISIONS if decision.offered(order, user)]
    return {
        "at_once": [decision for decision in offered if decision.at_once],
        "decisions": [decision for decision in offered if not decision.at_once],
    }


def _second_person(order: PurchaseOrder, lines: Sequence[OrderLine], user: User) -> str:
    """Says beforehand that this person will not be enough to approve."""
    if not order.is_draft or not lines or not needs_second_person(lines):
        return ""
    if user.pk in {order.created_by_id, order.edited_by_id}:
        return _("Above the limit: somebody who neither made nor changed it must approve it.")
    return (
        _("Above the limit: it needs a second person, which you may be.")
        if user.has_perm("purchasing.approve_purchaseorder")
        else _("Above the limit: it needs a second person to approve it.")
    )


# --- The time line ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as the time line tells it."""

    event: OrderEvent
    what: str
    who: str
    more: Sequence[str] = ()
    url: str = ""


def _time_line(order: PurchaseOrder) -> list[list[Told]]:
    """The latest events; changes that the re-order made one after the other are one group."""
    groups: list[list[Told]] = []
    last_was_automatic = False
    for event in order.events.select_related("actor").order_by("-pk")[:MOST_EVENTS]:
        is_automatic = event.kind == EventKind.EDITED and event.actor is None
        if is_automatic and last_was_automatic:
            groups[-1].append(_told(event))
        else:
            groups.append([_told(event)])
        last_was_automatic = is_automatic
    return groups


def _told(event: OrderEvent) -> Told:
    details = event.details
    if event.kind == EventKind.STATE:
        return Told(event=event, what=event.get_to_state_display(), who=_who(event))
    url = ""
    if event.kind in {EventKind.RECEIVED, EventKind.REVERSED} and "receipt" in details:
        url = reverse("admin:purchasing_goodsreceipt_change", args=[details["receipt"]])
    what = event.get_kind_display()
    if number := details.get("number"):
        what = f"{what}: {number}"
    return Told(event=event, what=what, who=_who(event), more=_more(event), url=url)


def _who(event: OrderEvent) -> str:
    return name_of(event.actor)


def _more(event: OrderEvent) -> list[str]:
    details = event.details
    told = [
        text % {"lines": ", ".join(f"{number} × {quantity}" for number, quantity in rows)}
        for name, text in (
            ("added", _("Added: %(lines)s")),
            ("removed", _("Removed: %(lines)s")),
            ("changed", _("Quantity now: %(lines)s")),
        )
        if (rows := details.get(name))
    ]
    if event.kind == EventKind.POSTPONED:
        told.append(
            _("From %(before)s to %(after)s")
            % {"before": _day(details.get("before")), "after": _day(details.get("after"))}
        )
    if positions := details.get("lines"):
        told.append(
            ngettext("Line %(lines)s", "Lines %(lines)s", len(positions))
            % {"lines": ", ".join(plain(position) for position in positions)}
        )
    return told


def _day(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT") if text else "–"
