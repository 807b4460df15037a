"""The image, built from its Dockerfile and run as it will be: read-only, by a user without rights.

There is no Docker here, so `builder` carries out the instructions; the rest is the real thing: the
pinned packages, gunicorn as process 1, a PostgreSQL, requests as CloudFront sends them.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.webapp.container.builder import Builder, Built, builder, first_process

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0,
        reason="NOT RUN: the image was not tried, mounting needs root on Linux",
    ),
]

HOST = "inventory.example.com"
AS_FROM_CLOUDFRONT = {"Host": HOST, "CloudFront-Forwarded-Proto": "https"}
DRAIN_SECONDS = 2
ROLE, USER, PASSWORD = "image_app", "image_app_1", "only-for-this-test"
UID = 10001


@dataclass(frozen=True)
class Database:
    """An empty database of the test server, and its owner."""

    name: str
    owner: Mapping[str, str]

    def connect(self, name: str = "") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=self.owner["DB_HOST"],
            port=self.owner["DB_PORT"],
            user=self.owner["DB_USER_NAME"],
            password=self.owner["DB_PASSWORD"],
            dbname=name or self.name,
        )


@pytest.fixture
def database() -> Iterator[Database]:
    at = settings.DATABASES["default"]
    name = f"image_{os.getpid()}"
    owner = {
        "DB_HOST": str(at["HOST"]),
        "DB_PORT": str(at["PORT"]),
        "DB_NAME": name,
        "DB_USER_NAME": str(at["USER"]),
        "DB_PASSWORD": str(at["PASSWORD"]),
    }
    found = Database(name, owner)
    with contextlib.closing(found.connect("postgres")) as server:
        server.autocommit = True
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield found
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in (USER, ROLE):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    return free


@dataclass
class Service:
    """gunicorn in the image."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(
        self, path: str, headers: Mapping[str, str] = AS_FROM_CLOUDFRONT, body: str | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST" if body else "GET", path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            return answer, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.ask("/readyz", {})[0].status == http.client.OK:
                    return
            time.sleep(0.1)
        pytest.fail(f"it did not become ready:\n{self.log.read_text()}")

    def wait_until_stopping(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS + 10
        while time.monotonic() < deadline:
            if "Handling signal: term" in self.log.read_text():
                return
            time.sleep(0.1)
        pytest.fail(f"it does not stop:\n{self.log.read_text()}")


@contextlib.contextmanager
def serving(
    image: Builder, built: Built, environment: Mapping[str, str], log: Path
) -> Iterator[Service]:
    """The image's own command, on another port."""
    [command] = image.dockerfile.last.all_of("CMD")
    port = free_port()
    words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in command.as_list]
    with log.open("wb") as output:
        process = subprocess.Popen(
            image.as_user(built, words, environment), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Service(process, port, log)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            first_process(process).kill()  # and with process 1 all others of its namespace
        process.wait()


def run(image: Builder, built: Built, words: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        image.as_user(built, words, environment),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_serves_from_a_read_only_image_and_loses_no_request(
    repository: Path, database: Database, tmp_path: Path
) -> None:
    (repository / ".data").mkdir(exist_ok=True)
    deployed = {
        "DJANGO_SECRET_KEY": "only-for-tests-and-nothing-else-0123456789-abcdefghij",
        "DJANGO_ALLOWED_HOSTS": HOST,
        "DJANGO_TLS_HEADER": "CloudFront-Forwarded-Proto",
        "DB_APP_ROLE": ROLE,
        "WEB_DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    as_owner = {"DB_APP_USER_NAME": USER, "DB_APP_PASSWORD": PASSWORD, **database.owner}
    as_application = {**database.owner, "DB_USER_NAME": USER, "DB_PASSWORD": PASSWORD}
    with builder(repository) as image:
        built = image.build()

        holds_only_what_runs(image, built)
        said = run(image, built, ["python", "manage.py", "prepare_database"], deployed | as_owner)
        assert "storekeeper" in said
        sets_documents(image, built)
        with serving(image, built, deployed | as_application, tmp_path / "log") as service:
            service.wait_until_ready()

            runs_without_rights(service)
            answers(service)
            finishes_what_is_under_way(service, database)
        assert all(json.loads(line) for line in service.log.read_text().splitlines())


def holds_only_what_runs(image: Builder, built: Built) -> None:
    """Neither pip nor this repository's tools, and nothing that its user could change."""
    script = """
import os, pathlib, sys
from importlib.util import find_spec

assert find_spec("django") and not find_spec("pip") and not find_spec("pytest")
assert not os.path.exists("/usr/local/bin/pip")
assert os.getuid() == 10001
pathlib.Path("/tmp/here").touch()
for path in ("/app/webapp/here", "/app/static/here", "/usr/local/here", "/var/here"):
    try:
        pathlib.Path(path).touch()
    except OSError as error:
        assert "Read-only" in error.strerror, error
    else:
        sys.exit(f"{path} can be written")
print(*sorted(os.listdir("/app")))
"""

    assert run(image, built, ["python", "-c", script], {}).split() == ["static", "venv", "webapp"]


def sets_documents(image: Builder, built: Built) -> None:
    """Orders as PDF need no place to write."""
    script = (
        "echo '#set text(font: \"Noto Sans CJK JP\")\n発注書' > /tmp/order.typ && "
        "echo '{}' | python -I purchasing/document/typesetter.py /tmp/order.typ | head -c 5"
    )

    assert run(image, built, ["sh", "-c", script], {}) == "%PDF-"


def runs_without_rights(service: Service) -> None:
    first = first_process(service.process)
    family = [first, *first.children(recursive=True)]

    assert first.name() == "gunicorn"
    assert len(family) == 1 + min(2 * (os.cpu_count() or 1), 8)  # and its workers
    assert {process.uids().real for process in family} == {UID}
    for process in family:
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert re.search(r"^NSpid:.*\t", status, re.MULTILINE)
        assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    assert first.cwd().endswith("/app/webapp")


def answers(service: Service) -> None:
    assert json.loads(service.ask("/livez", {})[1]) == {"status": "ok"}
    assert json.loads(service.ask("/readyz", {})[1])["migrations"] == "ok"
    redirected, _ = service.ask("/admin/login/", {"Host": HOST})
    assert redirected.status == http.client.MOVED_PERMANENTLY
    assert redirected.headers["Location"] == f"https://{HOST}/admin/login/"
    page, html = service.ask("/account/login/")
    assert page.status == http.client.OK
    assert 'name="login"' in html
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', html)
    static, css = service.ask(style)
    assert static.status == http.client.OK
    assert css
    assert "immutable" in static.headers["Cache-Control"]
    elsewhere, _ = service.ask("/admin/", {**AS_FROM_CLOUDFRONT, "Host": "elsewhere.example"})
    assert elsewhere.status == http.client.BAD_REQUEST


def finishes_what_is_under_way(service: Service, database: Database) -> None:
    """Told to stop: new requests are served for a while, the slow one to its end; then it ends."""
    page, html = service.ask("/account/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
    assert token
    cookie = page.headers["Set-Cookie"].split(";")[0]
    form = {"csrfmiddlewaretoken": token[1], "login": "nobody", "password": "wrong"}
    headers = {
        **AS_FROM_CLOUDFRONT,
        "Cookie": cookie,
        "Origin": f"https://{HOST}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    slow: list[tuple[int, str]] = []

    def sign_in() -> None:
        answer, text = service.ask("/account/login/", headers, urlencode(form))
        slow.append((answer.status, text))

    with database.connect() as blocker:
        blocker.execute("LOCK TABLE access_user IN ACCESS EXCLUSIVE MODE")
        asking = threading.Thread(target=sign_in)
        asking.start()
        wait_until_blocked(blocker)
        first_process(service.process).send_signal(signal.SIGTERM)
        time.sleep(DRAIN_SECONDS / 2)
        assert service.ask("/livez", {})[0].status == http.client.OK
        service.wait_until_stopping()
        time.sleep(1)
        assert not slow
        assert service.process.poll() is None
    asking.join(timeout=30)
    [(status, text)] = slow
    assert status == http.client.OK
    assert "errornote" in text
    assert 'value="nobody"' in text
    assert service.process.wait(timeout=30) == 0


def wait_until_blocked(blocker: psycopg.Connection[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        waiting = blocker.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'access_user'::regclass"
        ).fetchone()
        if waiting and waiting[0]:
            return
        time.sleep(0.05)
    pytest.fail("no request waits for the lock")
