"""The page that proves the ledger now."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.numbers import plain
from core.pages import page_context, requires, user_of
from stock.verification import verify_ledger


@requires("stock.verify_ledger")
def verify(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Say what it does; do it when asked by POST, since it is kept and takes its time."""
    if request.method != "POST":
        context = page_context(model_admin, request, title=_("Verify now"))
        return render(request, "stock/verify.html", context)
    result = verify_ledger(by=user_of(request))
    figures = {
        "movements": plain(result.movements),
        "levels": plain(result.levels),
        "differences": result.difference_count,
    }
    if result.passed:
        messages.success(
            request,
            _("The ledger adds up: %(movements)s movements make %(levels)s levels.") % figures,
        )
    else:
        messages.error(
            request,
            _(
                "The ledger does not add up: %(differences)d differences. "
                "Stop booking the parts named, and call the "
                "administrator."
            )
            % figures,
        )
    return redirect("admin:stock_ledgerverification_change", result.pk)
