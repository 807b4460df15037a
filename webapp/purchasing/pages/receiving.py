"""The page on which an order is received."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from core.errors import BusinessError
from core.pages import page_context, requires, user_of
from core.postgresql.base import prepared
from purchasing import receiving
from purchasing.errors import OrderChangedError
from purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder
from purchasing.pages.receiving_lines import LineRows, empty_row, lines_shown
from purchasing.places import places_for
from purchasing.receiving_forms import (
    ArrivalForm,
    BaseArrivalFormSet,
    ReceiptHeaderForm,
    arrival_formset,
    place_search,
    search_attributes,
)
from purchasing.receiving_rows import may_receive, rows_of, with_all_missing
from purchasing.states import RECEIVABLE, OrderState
from stock.errors import PlaceNotAllowedError
from stock.models import Location
from stock.places import Reach

PREFIX = "rows"


class Delivery:
    """The order as it is now, and what is needed to enter a delivery of it."""

    def __init__(self, pk: int, *, reach: Reach) -> None:
        self.reach = reach
        orders = PurchaseOrder.objects.select_related("supplier", "destination")
        with prepared():
            self.order = get_object_or_404(orders, pk=pk)
            lines = self.order.lines.select_related("part").defer("part__search_text")
            self.lines: Sequence[OrderLine] = list(lines.order_by("position"))
        self.places: Mapping[int, Sequence[Location]] = places_for(
            self.order, {line.part_id for line in self.lines}, reach=reach
        )

    @property
    def is_receivable(self) -> bool:
        """A complete order may still take what the tolerance of a line allows."""
        return self.order.state in RECEIVABLE or (
            self.order.state == OrderState.RECEIVED and any(map(may_receive, self.lines))
        )

    def begin(self, typed: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
        return rows_of(self.lines, self.places, typed)

    def rows(self, data: Any = None, **kwargs: Any) -> BaseArrivalFormSet:
        return arrival_formset()(
            data,
            prefix=PREFIX,
            lines=self.lines,
            places=self.places,
            reach=self.reach,
            **kwargs,
        )

    def by_line(self, rows: BaseArrivalFormSet) -> list[LineRows]:
        """The rows beneath their lines; lines without a row are not shown."""
        shown = {line.pk: LineRows(line) for line in self.lines}
        for form in rows:
            if form.order_line:
                shown[form.order_line.pk].forms.append(form)
        return [line for line in shown.values() if line.forms]


@requires("purchasing.receive_purchaseorder", "purchasing.view_purchaseorder")
def receive(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what arrived, as often as something arrives."""
    reach = Reach(user_of(request))
    delivery = Delivery(pk, reach=reach)
    if request.method != "POST":
        if not delivery.is_receivable:
            messages.warning(request, _not_receivable(delivery.order))
            return redirect("admin:purchasing_purchaseorder_change", pk)
        header = ReceiptHeaderForm(initial={"version": delivery.order.version}, reach=reach)
        rows = delivery.rows(initial=delivery.begin())
        return _shown(model_admin, request, delivery, header, rows)
    header = ReceiptHeaderForm(request.POST, reach=reach)
    valid = header.is_valid()
    rows = delivery.rows(request.POST, for_all=header.cleaned_data.get("location"))
    if "_everything" in request.POST:
        filled = with_all_missing(delivery.begin(rows.typed()), delivery.lines)
        again = {name: header[name].value() for name in header.fields}
        header = ReceiptHeaderForm(initial=again, reach=reach)
        return _shown(model_admin, request, delivery, header, delivery.rows(initial=filled))
    if rows.is_valid() and valid:
        entered = rows.entered()
        try:
            receipt, repeated = _record(delivery.order, header, entered, by=user_of(request))
        except OrderChangedError as error:
            # Shows the new numbers under what was typed; posting again is about them.
            delivery = Delivery(pk, reach=reach)
            header.look_again(delivery.order.version)
            header.add_error(None, error)
            header.add_error(None, _("What you entered is still here. Compare it, and record it."))
            rows = delivery.rows(initial=delivery.begin(rows.typed()))
        except PlaceNotAllowedError as error:
            (header if error.line is None else entered[error.line]).add_error("location", error)
        except BusinessError as error:
            (header if error.line is None else entered[error.line]).add_error(None, error)
        else:
            _say_done(request, receipt, repeated=repeated, count=len(entered))
            return redirect("admin:purchasing_purchaseorder_change", pk)
    return _shown(model_admin, request, delivery, header, rows)


def _record(
    order: PurchaseOrder, header: ReceiptHeaderForm, entered: Sequence[ArrivalForm], *, by: User
) -> tuple[GoodsReceipt, bool]:
    """The receipt, and whether an earlier request had recorded it."""
    data = header.cleaned_data
    repeated = GoodsReceipt.objects.filter(idempotency_key=data["key"]).exists()
    receipt = receiving.receive(
        order.pk,
        version=data["version"],
        arrivals=[form.arrival() for form in entered],
        delivery_note=data["delivery_note"],
        reason=data["reason"],
        by=by,
        at=data["occurred_at"],
        key=data["key"],
    )
    return receipt, repeated


def _say_done(request: HttpRequest, receipt: GoodsReceipt, *, repeated: bool, count: int) -> None:
    if repeated:
        messages.info(
            request,
            _("%(receipt)s was recorded before; it was not recorded a second time.")
            % {"receipt": receipt.number},
        )
        return
    recorded = ngettext(
        "%(receipt)s is recorded: %(count)d line.",
        "%(receipt)s is recorded: %(count)d lines.",
        count,
    ) % {"receipt": receipt.number, "count": count}
    order = PurchaseOrder.objects.get(pk=receipt.order_id)
    now = _("%(order)s: %(state)s.") % {
        "order": order.number,
        "state": order.get_state_display(),
    }
    messages.success(request, f"{recorded} {now}")


def _not_receivable(order: PurchaseOrder) -> str:
    if order.state == OrderState.RECEIVED:
        return _("Everything of %(order)s was received.") % {"order": order.number}
    return _("%(order)s is %(state)s. Only orders that were placed are received.") % {
        "order": order.number,
        "state": order.get_state_display(),
    }


def _shown(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    delivery: Delivery,
    header: ReceiptHeaderForm,
    rows: BaseArrivalFormSet,
) -> HttpResponse:
    shown = delivery.by_line(rows)
    complete = [line for line in shown if not line.line.missing]
    search = place_search()
    context = page_context(
        model_admin,
        request,
        title=_("Receive %(order)s") % {"order": delivery.order.number},
        order=delivery.order,
        header=header,
        rows=rows,
        search=search,
        search_attributes=search_attributes(search),
        awaited=lines_shown([line for line in shown if line.line.missing]),
        complete=len(complete),
        complete_lines=lines_shown(complete),
        empty_row=rows.empty("receiving", empty_row),
        complete_open=any(
            form.is_entered or form["quantity"].value() for line in complete for form in line.forms
        ),
        closed=sum(line.closed for line in delivery.lines),
    )
    return render(request, "purchasing/receiving.html", context)
