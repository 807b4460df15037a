"""Asking for an address as somebody, and saying in a word what came of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation

from access.models import User

SIGN_IN = ("admin:login", "account_login", "signin.views.to_sign_in")
OUTCOMES = {
    200: "ok",
    400: "refused",
    403: "denied",
    404: "not found",
    405: "wrong method",
    409: "conflict",
    413: "refused",
    429: "too often",
}

type Browser = Callable[[], Client]


@contextmanager
def nothing_remains() -> Iterator[None]:
    """What happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def browser_of(user: User | None) -> Browser:
    """Makes browsers that are signed in, without signing in each time."""
    first = Client(raise_request_exception=False)
    if user is not None:
        first.force_login(user)
        assert Session.objects.filter(session_key=first.session.session_key).exists()

    def browser() -> Client:
        client = Client(raise_request_exception=False)
        client.cookies.update(first.cookies)
        return client

    return browser


def ask(browser: Browser, method: str, path: str, data: Mapping[str, Any] | None = None) -> str:
    """The outcome; everything that it did is undone."""
    cache.clear()
    with translation.override("en"), nothing_remains():
        response = getattr(browser(), method.lower())(path, data or {})
        if isinstance(response, StreamingHttpResponse):
            response.getvalue()  # what fails fails while it is sent
    return outcome(response)


def outcome(response: Any) -> str:
    """What came of it: "ok", "denied", or the name of the page that one is led to."""
    if 300 <= response.status_code < 400:
        return led_to(response.headers["Location"])
    return OUTCOMES.get(response.status_code, str(response.status_code))


def led_to(location: str) -> str:
    path = location.split("?", maxsplit=1)[0]
    try:
        name = resolve(path).view_name
    except Resolver404:
        return "to elsewhere"
    return "sign in" if name in SIGN_IN else f"to {name}"
