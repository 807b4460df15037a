"""Approval limits in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import InventoryAdmin
from core.currencies import shown
from purchasing.models import ApprovalLimit


@admin.register(ApprovalLimit)
class ApprovalLimitAdmin(InventoryAdmin):
    """One row a currency; the page says what the limits do."""

    list_display = ["currency", "second_person_column", "automatic_column"]
    ordering = ["currency"]
    fields = ["currency", "second_person_above", "automatic_up_to"]
    change_form_outer_before_template = "purchasing/panel_limits.html"  # type: ignore[assignment]  # unfold: None

    @admin.display(description=_("second person above"), ordering="second_person_above")
    def second_person_column(self, limit: ApprovalLimit) -> str:
        if limit.second_person_above is None:
            return str(_("never needed"))
        return shown(limit.second_person_above, limit.currency)

    @admin.display(description=_("automatic up to"), ordering="automatic_up_to")
    def automatic_column(self, limit: ApprovalLimit) -> str:
        if limit.automatic_up_to is None:
            return str(_("a person approves"))
        return shown(limit.automatic_up_to, limit.currency)
