"""The id of a request: in its log lines, in the audit log, on its error page."""

import structlog
from django.http import HttpRequest


def request_id_of(request: HttpRequest) -> str:
    """As the access log bound it to this request; empty outside of a request."""
    bound = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(bound)
