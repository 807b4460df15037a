"""Applications beside ours in one process: other middleware, addresses and templates."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import unfold
from django.conf import settings
from django.contrib import admin, auth
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template import loader
from django.template.utils import EngineHandler
from django.test import override_settings

# As `django-admin startproject` writes them.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]


class PlainAddresses:
    """The last middleware: the view is one of the benchmark's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.urlconf = "demo.bench.plain.urls"
        return self.get_response(request)


class WithTemplates:
    """Answers with the templates of these packages alone: elsewhere unfold's and ours come first.

    Unfold fills many of its small templates through the loader, so the loader itself gets others
    while a request is answered.
    """

    def __init__(self, handler: WSGIHandler, *packages: ModuleType) -> None:
        self.handler = handler
        self.engines = EngineHandler(
            [
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "DIRS": [Path(str(each.__file__)).parent / "templates" for each in packages],
                    "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
                }
            ]
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        kept = vars(loader)["engines"]
        vars(loader)["engines"] = self.engines
        try:
            return self.handler(environ, start_response)
        finally:
            vars(loader)["engines"] = kept


def handler(*middleware: str) -> WSGIHandler:
    """Answers with these instead of ours, and at the benchmark's addresses."""
    last = f"{__name__}.{PlainAddresses.__name__}"
    with override_settings(MIDDLEWARE=[*middleware, last]):
        return WSGIHandler()


def bare() -> WithTemplates:
    return WithTemplates(handler(*MIDDLEWARE), admin, auth)


def plain_unfold() -> WithTemplates:
    return WithTemplates(handler(*MIDDLEWARE), unfold, admin, auth)


def without_middleware() -> WSGIHandler:
    return handler()


def with_our_middleware() -> WSGIHandler:
    return handler(*settings.MIDDLEWARE)
