"""Lists as files: exactly the rows that filters and search select, as CSV or XLSX."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import (
    IS_POPUP_VAR,
    Action,
    ActionLocation,
    IncorrectLookupParameters,
)
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.enums import ActionVariant

from audit.kinds import Kind
from audit.looks import asked, kept
from audit.recording import record
from core.keys import counted
from core.lists.paginating import QUERY_ALONE
from core.permissions import MissingRightError
from exchange.columns import Column
from exchange.tables.base import ExportTable
from exchange.tables.goods_receipts import GoodsReceiptsTable
from exchange.tables.registry import TABLES
from exchange.tables.reorder_proposals import ReorderProposalsTable
from exchange.tables.stock_movements import StockMovementsTable
from exchange.writers import Line, csv_chunks, xlsx_file

logger = logging.getLogger(__name__)

EXPORT_PERMISSION = "exchange.export_data"
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_FETCHED_AT_ONCE = 2000
EXPORT_TABLES: dict[str, ExportTable] = {
    **TABLES,
    **{
        table.name: table
        for table in (StockMovementsTable(), GoodsReceiptsTable(), ReorderProposalsTable())
    },
}


def header_of(columns: Iterable[Column]) -> list[str]:
    """The labels in the user's language; the import knows them in every language."""
    return [capfirst(str(column.label)) for column in columns]


def lines_of(table: ExportTable, rows: "QuerySet[Any]") -> Iterator[Line]:
    """The rows' values, fetched some at a time so that a large list needs little memory."""
    localized = table.localized()
    getters: list[Callable[[Any], Any]] = [
        localized.get(column.name, column.value_of) for column in table.columns
    ]
    fetched = table.prepared(rows).iterator(chunk_size=ROWS_FETCHED_AT_ONCE)
    return ([get(row) for get in getters] for row in fetched)


def export_response(
    table: ExportTable, rows: "QuerySet[Any]", file_format: str
) -> HttpResponseBase:
    """A download of a list's rows."""
    name = f"{table.name}-{timezone.localtime():%Y%m%d-%H%M}"
    return download(table, header_of(table.columns), lines_of(table, rows), file_format, name=name)


def download(
    table: ExportTable, header: Line, lines: Iterable[Line], file_format: str, *, name: str
) -> HttpResponseBase:
    """CSV goes out while it is made, XLSX by way of a temporary file."""
    file_name = f"{name}.{file_format}"
    if file_format == "csv":
        response = StreamingHttpResponse(csv_chunks(header, lines), content_type=FORMATS["csv"])
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response
    return FileResponse(
        xlsx_file(capfirst(str(table.label)), header, lines),
        as_attachment=True,
        filename=file_name,
        content_type=FORMATS["xlsx"],
    )


class ExportMixin(ModelAdmin):  # type: ignore[type-arg]
    """Adds “Export” (CSV, XLSX) to a list, for users who may export and view the model.

    What is exported is exactly what the list's present filters and search select, all pages,
    in the list's order. Name the table of ``EXPORT_TABLES`` and put the mixin first::

        @admin.register(Part)
        class PartAdmin(ExportMixin, InventoryAdmin):
            export_table = "parts"

    The tables: categories, locations, suppliers, parts, supplier_parts, opening_stock (for stock
    levels), stock_movements, purchase_orders, goods_receipts, reorder_proposals. Rows chosen by
    hand are exported by the actions of the list. `export_lines` names a table of the lines of
    what is listed, such as purchase_order_lines, which is offered as well.
    """

    export_table: str
    export_lines: str = ""

    def has_export_permission(self, request: HttpRequest) -> bool:
        """The right to export, and to see what is exported."""
        table = EXPORT_TABLES[self.export_table]
        return request.user.has_perms([EXPORT_PERMISSION, table.view_permission])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [
            path("export/<slug:file_format>/", view, name=self._export_url_name),
            path(
                "export/lines/<slug:file_format>/",
                view,
                {"lines": True},
                name=f"{self._export_url_name}_lines",
            ),
            *super().get_urls(),
        ]

    @property
    def _export_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"

    def export_view(
        self, request: HttpRequest, file_format: str, *, lines: bool = False
    ) -> HttpResponseBase:
        """The list's rows, or their lines, under the address's filters and search."""
        if not self.has_export_permission(request):
            seen = EXPORT_TABLES[self.export_table].view_permission
            raise MissingRightError(EXPORT_PERMISSION, seen)
        table = self.export_lines if lines else self.export_table
        if file_format not in FORMATS or not table:
            raise Http404
        rows = rows_asked_for(self, request)
        if rows is None:
            list_name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{list_name}"))
        return self.export(request, rows, file_format, table=table)

    def export(
        self, request: HttpRequest, rows: "QuerySet[Any]", file_format: str, *, table: str
    ) -> HttpResponseBase:
        logger.info(
            "export of %s as %s by %s, filters: %s",
            table,
            file_format,
            request.user.get_username(),
            request.GET.urlencode() or "none",
        )
        record(
            Kind.EXPORTED,
            model=self.opts.label_lower,
            details={
                "table": table,
                "format": file_format,
                "rows": counted(rows)[1],
                "chosen": request.method == "POST",
                "filters": kept(asked(dict(request.GET.lists()))),
            },
        )
        return export_response(EXPORT_TABLES[table], rows, file_format)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Adds the buttons, which carry the list's filters along."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context is not None and self.has_export_permission(request):
            context["actions_list"] = [*context.get("actions_list", ()), self._menu(request)]
        return response

    def _menu(self, request: HttpRequest) -> dict[str, Any]:
        query = request.GET.copy()
        query.pop("p", None)
        suffix = f"?{query.urlencode()}" if query else ""
        names = {self._export_url_name: "%(format)s"}
        if self.export_lines:
            names[f"{self._export_url_name}_lines"] = _("Lines: %(format)s")
        return {
            "title": _("Export"),
            "icon": "download",
            "variant": ActionVariant.DEFAULT,
            "method_name": "Export",
            "items": [
                {
                    "title": text % {"format": title},
                    "icon": "csv" if file_format == "csv" else "table",
                    "path": reverse(f"{self.admin_site.name}:{name}", args=[file_format]) + suffix,
                }
                for name, text in names.items()
                for file_format, title in (("csv", "CSV"), ("xlsx", "Excel (XLSX)"))
            ],
        }

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Action | None]:
        """The chosen rows, for those who may."""
        actions = super().get_actions(request, action_location)
        in_list = action_location is ActionLocation.CHANGE_LIST and IS_POPUP_VAR not in request.GET
        if in_list and self.has_export_permission(request):
            for file_format in FORMATS:
                text = _("Export the chosen rows (%(format)s)") % {"format": file_format.upper()}
                name = f"export_chosen_{file_format}"
                actions[name] = Action(
                    _chosen(file_format), name, text, text, [ActionLocation.CHANGE_LIST]
                )
        return actions


def rows_asked_for(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> "QuerySet[Any] | None":
    """What the list's filters and search select; none of it, with a message to the user, where the
    list has no such filter: not all rows instead of those that were asked for."""
    setattr(request, QUERY_ALONE, True)
    try:
        rows: QuerySet[Any] = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        messages.error(
            request,
            _("This list has no such filter. Nothing was exported. Set the filters anew."),
        )
        return None
    return rows


def _chosen(file_format: str) -> Callable[[Any, HttpRequest, "QuerySet[Any]"], HttpResponseBase]:
    def export(model_admin: Any, request: HttpRequest, rows: "QuerySet[Any]") -> HttpResponseBase:
        response: HttpResponseBase = model_admin.export(
            request, rows, file_format, table=model_admin.export_table
        )
        return response

    return export
