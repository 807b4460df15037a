"""Asks the application in this very process: through its WSGI handler and all its middleware.

So the time of the thread is the time that the application computes, and nothing of a client, a
network or another process is in it. What is not measured (a list made to forget its filters, the
form before it is sent) is asked for in the same way, beforehand.
"""

import gc
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from access.models import User
from config.logs import logging_config
from core.warming import settle
from demo.bench.visits import Visit, model_admin_of

BACKEND = "access.backends.RightsBackend"


class UnexpectedAnswerError(Exception):
    """Another status than it should be: what would be measured is not the page."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One answer; times in milliseconds."""

    cpu: float
    wall: float
    sql: float
    queries: int
    size: int


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    cookies: Sequence[str]
    content: bytes
    sample: Sample


class Statements:
    """What the database was asked, and how long each answer took as Django sees it."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - started


def ask(handler: Callable[..., Any], environ: dict[str, Any]) -> Answer:
    """One request as a server hands it in, until its last byte is sent and it is closed."""
    begun: list[Any] = []
    statements = Statements()
    gc.collect()  # or the page pays, every other time, for what those before it left
    with connection.execute_wrapper(statements):
        cpu, wall = time.thread_time(), time.perf_counter()
        response = handler(environ, lambda *line: begun.extend(line))
        content = b"".join(response)
        response.close()
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    return Answer(
        status=int(begun[0].split()[0]),
        headers=dict(begun[1]),
        cookies=[value for name, value in begun[1] if name == "Set-Cookie"],
        content=content,
        sample=Sample(
            cpu=cpu * 1000,
            wall=wall * 1000,
            sql=statements.seconds * 1000,
            queries=statements.count,
            size=len(content),
        ),
    )


class Person:
    """Somebody with a browser: signed in by a session of their own, or not at all."""

    def __init__(self, handler: Callable[..., Any], name: str) -> None:
        self.handler = handler
        self.requests = RequestFactory(SERVER_NAME="127.0.0.1")
        self.requests.defaults[settings.TLS_HEADER] = "https"
        self.requests.cookies = SimpleCookie()
        if name:
            client = Client()
            client.force_login(User.objects.get(username=name), backend=BACKEND)
            self.requests.cookies = client.cookies

    def get(self, path: str) -> Answer:
        return self._ask(self.requests.get(path).environ)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._ask(self.requests.post(path, dict(fields)).environ)

    def visit(self, visit: Visit) -> Sample:
        """
        :raises UnexpectedAnswerError: if that is not what the page answers when all is well
        """
        if visit.before:
            self.get(visit.before)
        if visit.form:
            fields = {**fields_of(self.get(visit.form).content.decode()), **visit.sends}
            answer = self.post(visit.path, fields)
        else:
            with rows_shown(visit):
                answer = self.get(visit.path)
        if answer.status != visit.status:
            leads_to = answer.headers.get("Location", "nowhere")
            raise UnexpectedAnswerError(
                f"{visit.page}: {visit.path} answers {answer.status} and leads to {leads_to}."
            )
        if visit.signs_in:
            self._sign_out(reverse("admin:index"))
        return answer.sample

    def _sign_out(self, page: str) -> None:
        """By the form that every page has: sessions left behind would make each sign-in slower."""
        self.post(reverse("account_logout"), fields_of(self.get(page).content.decode()))

    def _ask(self, environ: dict[str, Any]) -> Answer:
        answer = ask(self.handler, environ)
        for cookie in answer.cookies:
            self.requests.cookies.load(cookie)
        return answer


@contextmanager
def rows_shown(visit: Visit) -> Iterator[None]:
    """The list as long as asked for, which people cannot choose."""
    if not visit.rows or visit.list_of is None:
        yield
        return
    model_admin = model_admin_of(visit.list_of)
    kept, model_admin.list_per_page = model_admin.list_per_page, visit.rows
    try:
        yield
    finally:
        model_admin.list_per_page = kept


class _Fields(HTMLParser):
    """The filled inputs of a page: keys, tokens, numbers of rows. Templates are not sent."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.templates += tag == "template"
        given = dict(attrs)
        name, value = given.get("name"), given.get("value")
        if tag == "input" and name and value and not self.templates:
            self.found.setdefault(name, value)

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"


def fields_of(page: str) -> dict[str, str]:
    parser = _Fields()
    parser.feed(page)
    return parser.found


@contextmanager
def logging_as_in_production() -> Iterator[None]:
    """Every line is written as JSON; only where to is nowhere."""
    chosen = dict(logging_config(json=True)["formatters"]["structured"])
    formatter = chosen.pop("()")(**chosen)
    root = logging.getLogger()
    kept = root.handlers[:]
    with Path(os.devnull).open("w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        handler.setFormatter(formatter)
        root.handlers[:] = [handler]
        try:
            yield
        finally:
            root.handlers[:] = kept


@contextmanager
def settled_as_in_production() -> Iterator[None]:
    """Python looks for what nobody reaches as seldom as in a process of the web server."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def application() -> WSGIHandler:
    """As gunicorn has it."""
    return WSGIHandler()
