"""Pages that say what went wrong, what to do, and whom to ask, with the request's id to quote.

They stand alone: what fails may be the database, the session, or what draws the other pages.
"""

import sys
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import localize
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import denials, statements
from core.database_errors import Trouble, trouble_of
from core.request_id import request_id_of

# When to come back, in seconds, where nothing tells it exactly.
RETRY_AFTER = 30


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for what is larger than is accepted."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _page(request, 413, too_large=_limit(exception))
    return _page(request, 400, suspicious=isinstance(exception, SuspiciousOperation))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the right that is missing and who can give it; the audit log is told."""
    denial = denials.of(request, exception)
    denials.note(request, denial)
    return _page(
        request,
        403,
        denial=denial,
        missing=denials.in_words(denial.missing),
        administrators=denials.administrators() if denial.user else [],
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose page was made before the present session; `reason` is for the log."""
    return _page(request, 403, template="403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def too_many_requests(request: HttpRequest, *, until: datetime | None = None) -> HttpResponse:
    """429: too many attempts; `until` is when the next one is heard, where that is known."""
    seconds = RETRY_AFTER
    if until is not None:
        seconds = max(1, int((until - timezone.now()).total_seconds()))
    response = _page(request, 429, until=until and timezone.localtime(until))
    response.headers["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 where the database cannot be reached, is stopped or is waited for too long."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return _page(request, 500)
    return unavailable(request, trouble)


def unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """503: says whether something may have been saved before it happened."""
    response = _page(
        request,
        503,
        busy=trouble is not Trouble.UNREACHABLE,
        sent=request.method not in {"GET", "HEAD", "OPTIONS"},
        nothing_saved=statements.current().surely_nothing_saved,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _page(request: HttpRequest, status: int, *, template: str = "", **context: Any) -> HttpResponse:
    """Without context processors, which would ask the session and the database."""
    content = render_to_string(
        template or f"{status}.html",
        {
            "status": status,
            "request_id": request_id_of(request),
            "time": timezone.localtime(),
            "contact": settings.SUPPORT_CONTACT,
            "back": _page_before(request),
            **context,
        },
    )
    response = HttpResponse(content, status=status)
    add_never_cache_headers(response)
    return response


def _page_before(request: HttpRequest) -> str:
    """Where the user came from, if that is a page of ours other than this one."""
    before = request.headers.get("Referer", "")
    try:
        host = request.get_host()
        here = request.build_absolute_uri()
    except SuspiciousOperation:
        return ""
    ours = url_has_allowed_host_and_scheme(
        before, allowed_hosts={host}, require_https=request.is_secure()
    )
    return before if ours and before != here else ""


def _limit(exception: Exception) -> str:
    """What was exceeded, with its number."""
    if isinstance(exception, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0
        return ngettext(
            "At most %(most)s field is taken at once.",
            "At most %(most)s fields are taken at once.",
            most,
        ) % {"most": localize(most)}
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES or 0
        return ngettext(
            "At most %(most)s file is taken at once.",
            "At most %(most)s files are taken at once.",
            most,
        ) % {"most": localize(most)}
    size = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 1024 / 1024
    return _("At most %(size)s MB of text are taken at once.") % {"size": localize(round(size, 1))}
