"""Proofs of the ledger in the admin."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from core.admin import ReadOnlyAdmin
from core.numbers import plain
from core.pages import user_of
from stock.models import LedgerVerification
from stock.verification import verify_ledger


@admin.register(LedgerVerification)
class LedgerVerificationAdmin(ReadOnlyAdmin):
    """When the movements were added up, and whether they made the levels."""

    list_display = ["finished_at", "result", "movements", "levels", "seconds", "actor"]
    list_select_related = ["actor"]
    ordering = ["-finished_at"]
    fields = [
        "started_at",
        "finished_at",
        "movements",
        "levels",
        "difference_count",
        "actor",
    ]
    actions_list = ["verify_now"]  # type: ignore[assignment]  # unfold declares it empty
    change_form_outer_after_template = "stock/differences.html"  # type: ignore[assignment]

    @display(description=_("result"), label={"passed": "success", "failed": "danger"})
    def result(self, verification: LedgerVerification) -> tuple[str, str]:
        if verification.passed:
            return "passed", _t("adds up")
        return "failed", _t("%(count)d differences") % {"count": verification.difference_count}

    @admin.display(description=_("seconds"))
    def seconds(self, verification: LedgerVerification) -> str:
        taken = verification.finished_at - verification.started_at
        return f"{taken.total_seconds():.1f}"

    @action(description=_("Verify now"), url_path="verify", permissions=["verify"], icon="verified")
    def verify_now(self, request: HttpRequest) -> HttpResponse:
        result = verify_ledger(by=user_of(request))
        figures = {
            "movements": plain(result.movements),
            "levels": plain(result.levels),
            "differences": result.difference_count,
        }
        if result.passed:
            messages.success(
                request,
                _t("The ledger adds up: %(movements)s movements make %(levels)s levels.") % figures,
            )
        else:
            messages.error(
                request,
                _t(
                    "The ledger does not add up: %(differences)d differences. "
                    "Stop booking the parts named, and call the "
                    "administrator."
                )
                % figures,
            )
        return redirect("admin:stock_ledgerverification_change", result.pk)

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.verify_ledger")
