"""The access log: one line a request, and the request's id for all other lines and the user."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject, empty

from config.logs import without_secrets
from core import statements
from core.client_address import client_address

logger = structlog.get_logger("access")

PROBES = frozenset({"/livez", "/readyz"})
LONGEST_PATH = 300
MOST_KEYS = 20
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


class AccessLogMiddleware:
    """Stands before all others, so that nothing is answered without a line.

    The id is always our own: one that came with the request could be anybody's invention, and
    would let a visitor write into our logs. Of the query there are the names alone, because what
    people search for, and what a link carries, is not the log's business.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        request_id = str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        asked = statements.begin()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        # Django would say once more that an answer is no success; failures it has told, with stack.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        sent = _Sent(response)

        def finish() -> None:
            """Once all is sent, in the thread that sent it."""
            if request.path_info not in PROBES or response.status_code >= 400:
                structlog.contextvars.bind_contextvars(request_id=request_id)
                logger.info(
                    "request",
                    user=known_user_name(request),
                    address=client_address(request),
                    method=request.method,
                    path=without_secrets(request.path)[:LONGEST_PATH],
                    query=_keys(request),
                    status=response.status_code,
                    duration_ms=round((time.monotonic() - started) * 1000),
                    bytes=sent.size,
                    queries=asked.count,
                )
            structlog.contextvars.clear_contextvars()
            statements.end()

        response._resource_closers.append(finish)  # type: ignore[attr-defined]  # noqa: SLF001 - where Django keeps what is to be done at the end
        return response


def known_user_name(request: HttpRequest) -> str | None:
    """Who is signed in, as far as it is known without asking the database once more."""
    user: Any = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped", empty) is empty:
        return None
    return user.get_username() if user is not None and user.is_authenticated else None


def _keys(request: HttpRequest) -> list[str]:
    """The names in the query, as far as they look like names."""
    return [key for key in list(request.GET)[:MOST_KEYS] if _KEY.fullmatch(key)]


class _Sent:
    """How many bytes of content went out."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.size = 0
        if isinstance(response, HttpResponse):
            self.size = len(response.content)
        elif (length := response.headers.get("Content-Length", "")).isdecimal():
            self.size = int(length)
        elif not getattr(response, "is_async", False):
            response.streaming_content = self._counted(response.streaming_content)  # type: ignore[attr-defined]

    def _counted(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            self.size += len(part)
            yield part
