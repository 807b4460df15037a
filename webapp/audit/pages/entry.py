"""The page of one entry: everything it says, its neighbours, and whether it is what was sealed."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.looks import note_look
from audit.models import AuditEntry
from audit.pages.table import neighbours, shown
from audit.proof import prove
from audit.reading import entries, in_lines
from core.pages import page_context, requires

# As many neighbours as the page lists; the list has them all.
MOST_NEIGHBOURS = 20


@requires("audit.view_auditentry")
def show(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one entry."""
    note_look("entry", {"id": pk})
    entry = get_object_or_404(entries(), pk=pk)
    together = _first(in_lines().filter(batch=entry.batch).exclude(pk=pk))
    context = page_context(
        model_admin,
        request,
        title=_("Entry %(number)s") % {"number": pk},
        row=shown(model_admin, request, [entry])[0],
        together=neighbours(together),
        together_url=_list(batch=entry.batch),
        others=neighbours(_first(_of_request(entry))),
        others_url=_list(request_id=entry.request_id),
        proof=prove(entry),
    )
    return render(request, "audit/entry.html", context)


def _of_request(entry: AuditEntry) -> "QuerySet[AuditEntry]":
    """In other transactions of the same request."""
    if not entry.request_id:
        return in_lines().none()
    return in_lines().filter(request_id=entry.request_id).exclude(batch=entry.batch)


def _first(rows: "QuerySet[AuditEntry]") -> list[AuditEntry]:
    return list(rows.order_by("pk")[:MOST_NEIGHBOURS])


def _list(**filters: object) -> str:
    [(name, value)] = filters.items()
    return f"{reverse('admin:audit_auditentry_changelist')}?{name}={value}"
