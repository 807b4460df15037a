"""One line a request on the standard output of a real server, and never a secret in it."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.tokens import default_token_generator
from django.db import connection, transaction
from django.utils.http import int_to_base36

from access.models import User
from catalog.models import Part
from tests.webapp.cast import PASSWORD
from tests.webapp.factories import PartFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HOST = "127.0.0.1"
STARTED_SECONDS = 60
WRONG = "a-password-typed-wrongly"
TYPED_AS_NAME = "typed-the-password-here"


class Server:
    """gunicorn as in the container, with its own standard output."""

    def __init__(self, repository: Path, static: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}"],
            cwd=repository / "webapp",
            env=os.environ | settings_of_server(static) | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < end:
            try:
                self.ask("/livez")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("gunicorn did not answer")

    def ask(
        self, path: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The answer, whatever its status; redirects are followed."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}", body, headers or {})
        try:
            return self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            return error

    def post(self, path: str, **data: str) -> Any:
        """A form of the page at `path`, sent as a browser sends it."""
        page = self.ask(path).read().decode()
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|_seen)" value="([^"]+)"', page))
        assert hidden, page[:2000]
        return self.ask(path, {**hidden, **data})

    def stop(self) -> list[dict[str, Any]]:
        """End it; everything that it said, line by line."""
        self.process.send_signal(signal.SIGTERM)
        said, _nothing = self.process.communicate(timeout=30)
        self.said = said
        return [json.loads(line) for line in said.splitlines()]


def settings_of_server(static: Path) -> dict[str, str]:
    database = connection.settings_dict
    user = urllib.parse.quote(database["USER"])
    password = urllib.parse.quote(database["PASSWORD"])
    name = database["NAME"]
    return {
        "DATABASE_URL": f"postgresql://{user}:{password}@{database['HOST']}:{database['PORT']}/{name}",
        "DJANGO_LOG_JSON": "1",
        "DJANGO_TLS": "0",
        "DJANGO_ALLOWED_HOSTS": HOST,
        "DJANGO_EMAIL": f"file:{static}",
        "STATIC_ROOT": str(static),
        "WEB_CONCURRENCY": "1",
        "MFA_REQUIRED": "0",
        "DB_LOCK_TIMEOUT_SECONDS": "3",
    }


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    folder = tmp_path_factory.mktemp("static")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=repository / "webapp",
        env=os.environ | {"STATIC_ROOT": str(folder)},
        check=True,
    )
    return folder


@pytest.fixture
def start(repository: Path, static: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def go(**environment: str) -> Server:
        servers.append(Server(repository, static, **environment))
        return servers[-1]

    yield go
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


@pytest.fixture
def keeper(storekeeper: User) -> User:
    """Whose password a real server can check."""
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    User.objects.filter(pk=storekeeper.pk).update(password=password, email="keeper@example.org")
    storekeeper.refresh_from_db()
    return storekeeper


def requests(lines: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "request" and line["path"] == path]


def test_tells_of_each_request_and_of_no_secret(start: Callable[..., Server], keeper: User) -> None:
    token = default_token_generator.make_token(keeper)
    link = f"/account/password/reset/{int_to_base36(keeper.pk)}-{token}/"
    server = start()

    server.ask(link)
    server.post("/account/password/reset/", email="keeper@example.org")
    server.post("/account/login/", login=keeper.username, password=WRONG)
    server.post("/account/login/", login=TYPED_AS_NAME, password="x")
    server.post("/account/login/", login=keeper.username, password=PASSWORD)
    listed = server.ask("/admin/catalog/part/?q=hush-hush&active__exact=1")
    export = server.ask("/admin/catalog/part/export/csv/?q=hush-hush").read()
    server.ask("/admin/nowhere/")
    server.ask("/readyz")
    cookies = [cookie.value for cookie in server.jar]
    lines = server.stop()

    assert cookies
    for secret in [PASSWORD, WRONG, token, *filter(None, cookies)]:
        assert secret not in server.said
    [first] = requests(lines, "/admin/catalog/part/")
    assert first["user"] == keeper.username
    assert first["address"] == HOST
    assert (first["method"], first["status"]) == ("GET", 200)
    assert first["query"] == ["q", "active__exact"]
    assert first["request_id"] == listed.headers["X-Request-ID"]
    assert first["duration_ms"] > 0
    assert first["queries"] > 3
    [exported] = requests(lines, "/admin/catalog/part/export/csv/")
    assert exported["bytes"] == len(export) > 0
    [missing] = requests(lines, "/admin/nowhere/")
    assert missing["status"] == 404
    assert requests(lines, "/account/password/reset/***/")
    assert not [line for line in lines if line["event"] == "request" and "ez" in line["path"][-5:]]
    ids = [line["request_id"] for line in lines if line["event"] == "request"]
    assert len(ids) == len(set(ids))


def test_takes_no_id_from_outside(start: Callable[..., Server]) -> None:
    server = start()

    answer = server.ask("/account/login/", headers={"X-Request-ID": "forged"})
    server.stop()

    assert uuid.UUID(answer.headers["X-Request-ID"]).version == 4
    assert "forged" not in server.said


def test_without_a_database_the_page_says_so_and_the_log_once(
    start: Callable[..., Server], db: None
) -> None:
    with socket.socket() as closed:
        closed.bind((HOST, 0))
        nowhere = f"postgresql://nobody:hush@{HOST}:{closed.getsockname()[1]}/none"
        server = start(DATABASE_URL=nowhere, SUPPORT_CONTACT="extension 4711")
        answers = {
            language: server.ask("/admin/", headers={"Accept-Language": language})
            for language in ("ja", "en")
        }
        server.ask("/readyz")
    pages = {language: answer.read().decode() for language, answer in answers.items()}
    lines = server.stop()

    for language, answer in answers.items():
        assert answer.status == 503
        assert answer.headers["Retry-After"]
        assert f'<html lang="{language}">' in pages[language]
        assert "extension 4711" in pages[language]
        assert answer.headers["X-Request-ID"] in pages[language]
    failures = [line for line in lines if line["level"] == "error"]
    assert len(failures) == 2
    assert "OperationalError" in failures[0]["exception"]
    assert failures[0]["request_id"] == answers["ja"].headers["X-Request-ID"]
    assert "hush" not in server.said
    assert [line["status"] for line in requests(lines, "/readyz")] == [503]


def test_waits_for_nobody_longer_than_the_setting(
    start: Callable[..., Server], keeper: User
) -> None:
    part = PartFactory.create(name_en="Motor")
    address = f"/admin/catalog/part/{part.pk}/change/"
    server = start()
    server.post("/account/login/", login=keeper.username, password=PASSWORD)

    with transaction.atomic():
        Part.objects.select_for_update().get(pk=part.pk)
        began = time.monotonic()
        page = server.post(address, number=part.number, name_en="Engine").read().decode()
        waited = time.monotonic() - began
    server.stop()

    assert 2.5 < waited < 20
    assert "Somebody else is just changing the same thing" in page
    assert 'value="Engine"' in page
