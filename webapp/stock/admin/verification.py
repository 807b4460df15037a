"""Proofs of the ledger in the admin."""

from functools import partial, update_wrapper

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from core.admin import ReadOnlyAdmin
from core.numbers import plain
from stock.models import LedgerVerification
from stock.pages import verify


@admin.register(LedgerVerification)
class LedgerVerificationAdmin(ReadOnlyAdmin):
    """When the movements were added up, and whether they made the levels."""

    list_display = ["finished_at", "result", "movements_shown", "levels_shown", "seconds", "actor"]
    list_select_related = ["actor"]
    ordering = ["-finished_at"]
    fields = [
        "started_at",
        "finished_at",
        "movements_shown",
        "levels_shown",
        "difference_count",
        "actor",
    ]
    readonly_fields = ("movements_shown", "levels_shown")
    actions_list = ["verify_now"]  # type: ignore[assignment]  # unfold declares it empty
    change_form_outer_after_template = "stock/differences.html"  # type: ignore[assignment]

    @display(description=_("result"), label={"passed": "success", "failed": "danger"})
    def result(self, verification: LedgerVerification) -> tuple[str, str]:
        if verification.passed:
            return "passed", _t("adds up")
        return "failed", _t("%(count)d differences") % {"count": verification.difference_count}

    @admin.display(description=_("movements checked"), ordering="movements")
    def movements_shown(self, verification: LedgerVerification) -> str:
        return plain(verification.movements)

    @admin.display(description=_("levels checked"), ordering="levels")
    def levels_shown(self, verification: LedgerVerification) -> str:
        return plain(verification.levels)

    @admin.display(description=_("seconds"))
    def seconds(self, verification: LedgerVerification) -> str:
        taken = verification.finished_at - verification.started_at
        return f"{taken.total_seconds():.1f}"

    @action(description=_("Verify now"), url_path="verify", permissions=["verify"], icon="verified")
    def verify_now(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:stock_verify")

    def get_urls(self) -> list[URLPattern]:
        bound = update_wrapper(partial(verify.verify, self), verify.verify)
        return [
            path("now/", self.admin_site.admin_view(bound), name="stock_verify"),
            *super().get_urls(),
        ]

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stock.verify_ledger")
