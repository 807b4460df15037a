"""The life of one object: everything that happened to it and its parts."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.looks import note_look
from audit.pages import links
from audit.pages.table import shown
from audit.reading import last_label, life_of
from audit.wording import kind_of_object, model_of
from core.pages import as_id, page_context, requires

EXPORT = "audit.export_auditentry"
ROWS = 50


@requires("audit.view_auditentry")
def show(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, model: str, object_id: str
) -> HttpResponse:
    """Newest first, so many a page; a page begins where the one before it ended."""
    if "\x00" in model + object_id:
        raise Http404
    older_than = as_id(request.GET.get("before"))
    asked = {"model": model, "id": object_id}
    note_look("life", asked if older_than is None else {**asked, "before": older_than})
    rows = life_of(model, object_id)
    if older_than is not None:
        rows = rows.filter(pk__lt=older_than)
    page = list(rows[: ROWS + 1])
    if not page and model_of(model) is None:
        raise Http404
    own = reverse("admin:audit_life", args=[model, object_id])
    object_page = links.pages_of(model_admin.admin_site, request, {(model, object_id)})
    context = page_context(
        model_admin,
        request,
        title=_("History: %(kind)s %(object)s")
        % {"kind": kind_of_object(model), "object": _name(model, object_id)},
        rows=shown(model_admin, request, page[:ROWS]),
        object_url=object_page.get((model, object_id), ""),
        newest_url=own if older_than is not None else "",
        older_url=f"{own}?before={page[ROWS - 1].pk}" if len(page) > ROWS else "",
        export_url=_export(model, object_id) if request.user.has_perm(EXPORT) else "",
    )
    return render(request, "audit/life.html", context)


def _export(model: str, object_id: str) -> str:
    query = urlencode({"root_model": model, "root_id": object_id})
    return f"{reverse('admin:audit_auditentry_export')}?{query}"


def _name(model: str, object_id: str) -> str:
    """As it was last called, also of what is gone; its number if nothing ever named it."""
    return last_label(model, object_id) or f"#{object_id}"
