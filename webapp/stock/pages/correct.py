"""The page that reverses movements."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from core.errors import BusinessError
from core.pages import as_ids, page_context, requires, user_of
from stock import services
from stock.forms import MOST_LINES, HeaderForm
from stock.models import StockMovement
from stock.rules import with_other_sides


@requires("stock.correct_stock")
def correct(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Show what would be reversed, ask why, reverse it."""
    ids = as_ids(request.GET.getlist("movement"), at_most=MOST_LINES)
    chosen = list(StockMovement.objects.filter(pk__in=ids))
    if not chosen:
        messages.error(request, _t("Choose the movements to correct in this list first."))
        return redirect("admin:stock_stockmovement_changelist")
    form = HeaderForm(request.POST or None, reason_required=True)
    if request.method == "POST" and form.is_valid():
        try:
            posting = services.correct(
                movements=chosen,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                at=form.cleaned_data["occurred_at"],
                key=form.cleaned_data["key"],
            )
        except BusinessError as error:
            form.add_error(None, error)
        else:
            count = len(posting.movements)
            if posting.repeated:
                messages.info(
                    request,
                    _t("This correction was recorded before; it was not recorded a second time."),
                )
            else:
                messages.success(
                    request,
                    ngettext(
                        "Corrected: %(count)d movement was reversed.",
                        "Corrected: %(count)d movements were reversed.",
                        count,
                    )
                    % {"count": count},
                )
            key = posting.movements[0].idempotency_key
            return redirect(
                f"{reverse('admin:stock_stockmovement_changelist')}?idempotency_key={key}"
            )
    shown = (
        StockMovement.objects.filter(pk__in=with_other_sides(chosen))
        .select_related(
            "part", "location", "lot", "actor", "reversed_by", "receipt_line__receipt__reversed_by"
        )
        .order_by("pk")
    )
    context = page_context(
        model_admin,
        request,
        title=_t("Correct movements"),
        form=form,
        movements=shown,
        receipts=sorted({m.receipt_line.receipt for m in shown if m.receipt_line}, key=str),
    )
    return render(request, "stock/correct.html", context)
