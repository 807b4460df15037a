"""The pages that receive, issue and transfer: a header and lines, for one part or many."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.models import User
from catalog.models import Part
from core.errors import BusinessError
from core.pages import as_ids, page_context, requires, user_of
from stock import services
from stock.entries import Line, Posting
from stock.errors import PlaceNotAllowedError
from stock.forms import (
    MOST_LINES,
    HeaderForm,
    IssueLineForm,
    LineForm,
    ReceiveLineForm,
    TransferLineForm,
    line_formset,
)
from stock.models import Location, StockLevel
from stock.places import Reach

EMPTY_ROWS = 1

type Service = Callable[..., Posting]


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """What tells the three pages apart."""

    title: Promise
    submit: Promise
    icon: str
    line_form: type[LineForm]
    service: Service
    takes_stock: bool


RECEIVE = EntryPage(
    title=_("Receive stock"),
    submit=_("Record the receipt"),
    icon="input",
    line_form=ReceiveLineForm,
    service=services.receive,
    takes_stock=False,
)
ISSUE = EntryPage(
    title=_("Issue stock"),
    submit=_("Record the issue"),
    icon="output",
    line_form=IssueLineForm,
    service=services.issue,
    takes_stock=True,
)
TRANSFER = EntryPage(
    title=_("Transfer stock"),
    submit=_("Record the transfer"),
    icon="swap_horiz",
    line_form=TransferLineForm,
    service=services.transfer,
    takes_stock=True,
)


@requires("stock.receive_stock")
def receive(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    return _page(RECEIVE, model_admin, request)


@requires("stock.issue_stock")
def issue(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    return _page(ISSUE, model_admin, request)


@requires("stock.transfer_stock")
def transfer(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    return _page(TRANSFER, model_admin, request)


def _page(page: EntryPage, model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    initial = [] if request.method == "POST" else _chosen(request)
    formset_class = line_formset(page.line_form, rows=0 if initial else EMPTY_ROWS)
    header = HeaderForm(request.POST or None)
    formset = formset_class(
        request.POST or None,
        initial=initial,
        prefix="lines",
        form_kwargs={"reach": Reach(user_of(request))},
    )
    if request.method == "POST" and header.is_valid() and formset.is_valid():
        entered = formset.lines()
        posting = _record(
            page.service,
            header,
            forms=[form for form, _line in entered],
            lines=[line for _form, line in entered],
            by=user_of(request),
            at=header.cleaned_data["occurred_at"],
            key=header.cleaned_data["key"],
        )
        if posting is not None:
            _say_done(request, posting, len(entered))
            return redirect(_next_page(request, posting))
    context = page_context(
        model_admin,
        request,
        title=page.title,
        page=page,
        header=header,
        formset=formset,
        availability_url=reverse("admin:stock_availability", args=[0]),
    )
    return render(request, "stock/entry.html", context)


def _chosen(request: HttpRequest) -> list[dict[str, Any]]:
    """The first rows, from ``?part=1&part=2&location=3`` or ``?level=4&level=5``."""
    if levels := _existing(
        StockLevel.objects.select_related("part", "location", "lot"), request.GET.getlist("level")
    ):
        return [
            {
                "part": level.part,
                "location": level.location,
                "lot": level.lot.code if level.lot and not level.lot.serial else "",
                "serial": level.lot.serial if level.lot else "",
            }
            for level in levels
        ]
    location = _existing(Location.objects.all(), request.GET.getlist("location")[:1])
    parts = _existing(Part.objects.all(), request.GET.getlist("part"))
    shared = {"location": location[0]} if location else {}
    if not parts:
        return [shared] if shared else []
    return [{"part": part, **shared} for part in parts]


def _existing(rows: QuerySet[Any], ids: Sequence[str]) -> list[Any]:
    """The rows asked for, in the order asked for; ids that do not exist are passed over."""
    wanted = as_ids(ids, at_most=MOST_LINES)
    found = rows.in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def _record(
    service: Service,
    header: HeaderForm,
    *,
    forms: Sequence[LineForm],
    lines: Sequence[Line],
    by: User,
    at: datetime,
    key: uuid.UUID,
) -> Posting | None:
    """Call the service; a refusal goes to the line that it is about."""
    try:
        return service(lines=lines, reason=header.cleaned_data["reason"], by=by, at=at, key=key)
    except PlaceNotAllowedError as error:
        form = header if error.line is None else forms[error.line]
        form.add_error(error.field if error.field in form.fields else None, error)
        return None
    except BusinessError as error:
        form = header if error.line is None else forms[error.line]
        form.add_error(None, error)
        return None


def _say_done(request: HttpRequest, posting: Posting, lines: int) -> None:
    if posting.repeated:
        messages.info(
            request, _t("This entry was recorded before; it was not recorded a second time.")
        )
        return
    messages.success(
        request,
        ngettext("Recorded: %(count)d line.", "Recorded: %(count)d lines.", lines)
        % {"count": lines},
    )


def _next_page(request: HttpRequest, posting: Posting) -> str:
    """The same page again, the part, or the movements just recorded."""
    if "_another" in request.POST:
        return request.path
    parts = {movement.part_id for movement in posting.movements}
    if len(parts) == 1:
        return reverse("admin:catalog_part_change", args=[parts.pop()])
    key = posting.movements[0].idempotency_key
    return f"{reverse('admin:stock_stockmovement_changelist')}?idempotency_key={key}"
