"""Pages of an import: choose a file, look at what it changes, import it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.pages import as_id, page_context, requires, user_of
from core.permissions import MissingRightError
from exchange import services
from exchange.columns import ERRORS_HEADER
from exchange.exporting import FORMATS, header_of
from exchange.forms import UploadForm
from exchange.models import ImportRun
from exchange.problems import FileError, Problem, RefusedError
from exchange.reading import SheetRow
from exchange.services import IMPORT_PERMISSION, may_import
from exchange.tables.base import Table
from exchange.tables.registry import TABLES
from exchange.writers import csv_chunks, xlsx_file

type Admin = ModelAdmin[Any]


@requires(IMPORT_PERMISSION)
def upload(model_admin: "Admin", request: HttpRequest) -> HttpResponse:
    """Take a file; show what it would change."""
    user = user_of(request)
    tables = {name: table for name, table in TABLES.items() if may_import(table, user)}
    if request.method == "POST":
        # Every table can be asked for: the service refuses those that the user may not import.
        form = UploadForm(request.POST, request.FILES, tables=TABLES)
        if form.is_valid():
            try:
                run = services.preview(
                    table=form.cleaned_data["table"] or None,
                    file_name=form.cleaned_data["file"].name,
                    content=form.cleaned_data["file"].read(),
                    by=user,
                )
            except FileError as error:
                form.add_error("file", error)
            else:
                return HttpResponseRedirect(_address(run.pk))
    else:
        form = UploadForm(tables=tables)
    context = page_context(
        model_admin, request, title=_("Import a file"), form=form, tables=tables.values()
    )
    return render(request, "exchange/upload.html", context)


def show(model_admin: "Admin", request: HttpRequest, pk: str) -> HttpResponse:
    """What an upload would change, or has changed."""
    run = _run(model_admin, request, pk)
    table = TABLES[run.table]
    summary = run.summary
    shown = [_ShownChange.of(change, table) for change in summary["changes"]]
    context = page_context(
        model_admin,
        request,
        title=_("Import: %(file)s") % {"file": run.file_name},
        run=run,
        table=table,
        summary=summary,
        changes=shown,
        more_changes=summary.get("change_count", len(shown)) - len(shown),
        errors=[{**error, "label": _label(table, error["column"])} for error in summary["errors"]],
        more_errors=summary["problems"] - len(summary["errors"]),
        may_apply=run.state == ImportRun.State.PREVIEWED
        and bool(summary["created"] or summary["changed"])
        and may_import(table, user_of(request)),
        may_import=request.user.has_perm(IMPORT_PERMISSION),
    )
    return render(request, "exchange/run.html", context)


@requires(IMPORT_PERMISSION)
def apply(model_admin: "Admin", request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was previewed, once, however often the button is pressed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    run = _run(model_admin, request, str(pk))
    try:
        applied = services.apply(run=run, by=user_of(request), at=timezone.now())
    except services.PlanOutdatedError as error:
        messages.warning(request, str(error))
    except (RefusedError, FileError) as error:
        messages.error(request, str(error))
    else:
        if applied.repeated:
            messages.info(request, _("The file was imported before. Nothing was done again."))
        else:
            messages.success(
                request,
                _("Imported: %(created)d new, %(changed)d changed, %(unchanged)d unchanged.")
                % applied.run.summary,
            )
    return HttpResponseRedirect(_address(pk))


def errors(model_admin: "Admin", request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file's rows with a column that says what is wrong with each; to mend and upload."""
    run = _run(model_admin, request, str(pk))
    sheet, problems = services.problems_of(run)
    table = TABLES[run.table]
    by_row: dict[int, list[str]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(_sentence(problem, table))
    width = len(sheet.header)

    def line(row: SheetRow) -> list[str]:
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        return [*cells, "\n".join(by_row.get(row.number, []))]

    header = [*sheet.header, str(ERRORS_HEADER)]
    if sheet.header_row in by_row:
        header[-1] = f"{ERRORS_HEADER}: " + " ".join(by_row[sheet.header_row])
    response = StreamingHttpResponse(
        csv_chunks(header, map(line, sheet.rows)), content_type=FORMATS["csv"]
    )
    response.headers["Content-Disposition"] = f'attachment; filename="errors-{run.pk}.csv"'
    return response


@requires(IMPORT_PERMISSION)
def template(
    model_admin: "Admin", request: HttpRequest, table: str, file_format: str
) -> HttpResponse:
    """A file with the headers of a table and one example row."""
    if table not in TABLES or file_format not in FORMATS:
        raise Http404
    columns = TABLES[table].read_columns
    header = header_of(columns)
    lines = [[column.example for column in columns]]
    if file_format == "csv":
        content = b"".join(csv_chunks(header, lines))
    else:
        with xlsx_file(capfirst(str(TABLES[table].label)), header, lines) as file:
            content = file.read()
    response = HttpResponse(content, content_type=FORMATS[file_format])
    name = f"{table}-template.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class _ShownChange:
    """A line of the table of changes."""

    row: int
    key: str
    is_new: bool
    fields: list[tuple[str, str, str]]  # label, old, new

    @classmethod
    def of(cls, change: dict[str, Any], table: Table) -> "_ShownChange":
        fields = [
            (_label(table, item["column"]), item["old"], item["new"]) for item in change["fields"]
        ]
        return cls(change["row"], change["key"], change["kind"] == "create", fields)


def _run(model_admin: "Admin", request: HttpRequest, pk: str) -> ImportRun:
    """The upload, if the user may see it."""
    if not model_admin.has_view_permission(request):
        raise MissingRightError("exchange.view_importrun")
    run: ImportRun = get_object_or_404(model_admin.get_queryset(request), pk=as_id(pk))
    return run


def _label(table: Table, name: str) -> str:
    column = table.column(name)
    return capfirst(str(column.label)) if column else name


def _sentence(problem: Problem, table: Table) -> str:
    place = f"{_label(table, problem.column)}: " if problem.column else ""
    return _("%(place)sfound %(found)s, expected %(expected)s. %(remedy)s") % {
        "place": place,
        "found": problem.found,
        "expected": problem.expected,
        "remedy": problem.remedy,
    }


def _address(pk: int) -> str:
    return reverse("admin:exchange_importrun_change", args=[pk])
