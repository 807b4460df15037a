"""The document of a delivery, and the page that takes it back."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse as address_of
from django.utils.translation import gettext as _

from core.errors import BusinessError
from core.pages import page_context, requires, user_of
from purchasing import receiving
from purchasing.models import GoodsReceipt
from purchasing.receipt_contents import received_lines
from purchasing.receiving_forms import ReversalForm


@requires("purchasing.view_goodsreceipt")
def show(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """What arrived, where it went, and what became of it."""
    receipt = _receipt(pk)
    ledger = address_of("admin:stock_stockmovement_changelist")
    context = page_context(
        model_admin,
        request,
        title=receipt.number,
        receipt=receipt,
        lines=received_lines(receipt),
        movements_url=f"{ledger}?idempotency_key={receipt.idempotency_key}",
    )
    return render(request, "purchasing/receipt.html", context)


@requires("purchasing.reverse_goodsreceipt", "purchasing.view_goodsreceipt")
def reverse(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would be taken back, ask why, take it back."""
    receipt = _receipt(pk)
    form = ReversalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reversal = receiving.reverse(
                receipt.pk,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                at=form.cleaned_data["occurred_at"],
                key=form.cleaned_data["key"],
            )
        except BusinessError as error:
            form.add_error(None, error)
            receipt = _receipt(pk)
        else:
            messages.success(
                request,
                _("%(reversal)s reverses %(receipt)s.")
                % {"reversal": reversal.number, "receipt": receipt.number},
            )
            return redirect("admin:purchasing_goodsreceipt_change", reversal.pk)
    context = page_context(
        model_admin,
        request,
        title=_("Reverse %(receipt)s") % {"receipt": receipt.number},
        receipt=receipt,
        form=form,
        lines=received_lines(receipt),
    )
    return render(request, "purchasing/receipt_reverse.html", context)


def _receipt(pk: int) -> GoodsReceipt:
    receipts = GoodsReceipt.objects.select_related(
        "order__supplier", "reverses", "reversed_by", "actor"
    )
    return get_object_or_404(receipts, pk=pk)
