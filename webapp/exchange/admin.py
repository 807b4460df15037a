"""Imports in the admin: the list of what was imported, and the way to import a file."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core.admin import ReadOnlyAdmin
from core.lists.filters import OptionsFilter
from exchange import admin_views
from exchange.models import ImportRun
from exchange.services import IMPORT_PERMISSION
from exchange.tables.registry import TABLES


class TableFilter(OptionsFilter):
    """What the rows of the file were."""

    title = _("table")
    parameter_name = "table"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [(name, capfirst(str(table.label))) for name, table in TABLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(table=self.value()) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Who imported what: one's own uploads, or all of them with the right to view imports."""

    list_display = ["created_at", "file_name", "table_label", "state_label", "result", "actor"]
    list_display_links = ["created_at", "file_name"]
    list_filter = ["state", TableFilter]
    list_select_related = ["actor"]
    search_fields = ["file_name"]
    ordering = ["-created_at", "-id"]
    actions = None
    actions_list = ("import_file",)  # type: ignore[assignment]  # unfold types it as empty

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        runs: QuerySet[ImportRun] = super().get_queryset(request).defer("content")
        if request.user.has_perm("exchange.view_importrun"):
            return runs
        return runs.filter(actor=request.user.pk)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may import sees the own uploads; ``get_queryset`` leaves out all others."""
        return super().has_view_permission(request, obj) or self.has_import_permission(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(IMPORT_PERMISSION)

    @action(
        description=_("Import a file"),
        url_path="import",
        permissions=["import"],
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return admin_views.upload(self, request)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/apply/", wrap(self._apply), name="exchange_importrun_apply"),
            path("<int:pk>/errors/", wrap(self._errors), name="exchange_importrun_errors"),
            path(
                "template/<slug:table>.<slug:file_format>",
                wrap(self._template),
                name="exchange_importrun_template",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The preview, which is the record of the import once it is applied."""
        return admin_views.show(self, request, object_id)

    def _apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        return admin_views.apply(self, request, pk)

    def _errors(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return admin_views.errors(self, request, pk)

    def _template(self, request: HttpRequest, table: str, file_format: str) -> HttpResponse:
        return admin_views.template(self, request, table, file_format)

    @admin.display(description=_("table"), ordering="table")
    def table_label(self, run: ImportRun) -> str:
        return capfirst(str(TABLES[run.table].label)) if run.table in TABLES else run.table

    @display(
        description=_("state"),
        ordering="state",
        label={"previewed": "info", "refused": "danger", "applied": "success"},
    )
    def state_label(self, run: ImportRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description=_("result"))
    def result(self, run: ImportRun) -> str:
        if run.state == ImportRun.State.REFUSED:
            count = run.summary.get("problems", 0)
            return ngettext("%(count)d error", "%(count)d errors", count) % {"count": count}
        return _t("%(created)d new, %(changed)d changed, %(unchanged)d unchanged") % {
            name: run.summary.get(name, 0) for name in ("created", "changed", "unchanged")
        }
