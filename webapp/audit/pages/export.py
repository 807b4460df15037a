"""The log as a file: what the list's present filters and search select."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.exporting import csv_of
from audit.looks import asked, note_export
from core.admin import counted
from core.permissions import MissingRightError
from exchange.exporting import FORMATS

RIGHTS = ("audit.view_auditentry", "audit.export_auditentry")


def download(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponseBase:
    """CSV, sent while it is made: a million entries need no more memory than a thousand."""
    missing = [right for right in RIGHTS if not request.user.has_perm(right)]
    if missing:
        raise MissingRightError(*missing)
    try:
        rows = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        # Not the whole log instead of what was asked for.
        messages.error(
            request, _("This list has no such filter. Nothing was exported. Set the filters anew.")
        )
        return redirect("admin:audit_auditentry_changelist")
    # Those up to now: the entries that tell of this very export are not among them.
    newest = rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    rows = rows.filter(pk__lte=newest or 0)
    note_export(asked(dict(request.GET.lists())), rows=counted(rows)[1])
    response = StreamingHttpResponse(csv_of(rows), content_type=FORMATS["csv"])
    name = f"audit-log-{timezone.localtime():%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
