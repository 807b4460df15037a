"""./dev up and its companions from outside, on a real PostgreSQL and gunicorn.

In place of the inventory stands an application of a few lines that has the same commands, so that
this tests the tools alone and quickly.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from devtools.house import House, read_json

pytestmark = pytest.mark.slow

STARTS_WITHIN = 60

SETTINGS = """
import os
from urllib.parse import urlsplit
url = urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:],
    "USER": url.username, "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port}}
"""

# Notes each command with the database user it ran as.
MANAGE = """
import json, os, sys, pathlib, psycopg
from urllib.parse import urlsplit
url = os.environ["DATABASE_URL"]
command = sys.argv[1]
here = pathlib.Path(__file__).parent
with (here / "commands").open("a") as log:
    print(urlsplit(url).username, *sys.argv[1:2], file=log)
if command == os.environ.get("FAILS_AT"):
    sys.exit("as the test wants")
with psycopg.connect(url, autocommit=True) as db:
    if command == "prepare_database":
        db.execute("CREATE TABLE IF NOT EXISTS catalog_part (number text PRIMARY KEY)")
        db.execute("GRANT SELECT, INSERT ON catalog_part TO " + os.environ["DB_APP_ROLE"])
    if command == "load_demo":
        db.execute("INSERT INTO catalog_part VALUES ('MOTOR-1') ON CONFLICT DO NOTHING")
if command == "collectstatic":
    pathlib.Path(os.environ["STATIC_ROOT"]).mkdir()
if command == "create_demo_users":
    pathlib.Path(sys.argv[3]).write_text(json.dumps({"storekeeper": "a-password"}))
"""

WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ready"]
"""

RUN = """
import sys
from pathlib import Path
from devtools.__main__ import main
from devtools.house import House
sys.exit(main(sys.argv[2:], House(Path(sys.argv[1]))))
"""


@pytest.fixture
def desk(house: House, repository: Path) -> House:
    furnish(house, repository)
    return house


@pytest.fixture(scope="module")
def shared_desk(shared_house: House, repository: Path) -> House:
    furnish(shared_house, repository)
    return shared_house


def furnish(house: House, repository: Path) -> None:
    (house.webapp / "config").mkdir(parents=True)
    (house.webapp / "config" / "__init__.py").touch()
    (house.webapp / "config" / "settings.py").write_text(SETTINGS)
    (house.webapp / "config" / "wsgi.py").write_text(WSGI)
    (house.webapp / "manage.py").write_text(MANAGE)
    shutil.copytree(repository / "requirements", house.root / "requirements")


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    return free


class Dev(NamedTuple):
    """A running ./dev, with what it says going to a file."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if "Ctrl-C stops it" in self.said:
                return
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(self.said)

    def finish(self, number: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(number)
        self.process.wait(STARTS_WITHIN)
        return self.said


@contextlib.contextmanager
def dev(desk: House, repository: Path, *words: str) -> Iterator[Dev]:
    output = desk.root / f"output-{time.monotonic_ns()}"
    with (
        output.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-c", RUN, desk.root, *words],
            env=os.environ | {"PYTHONPATH": str(repository)},
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        ) as process,
    ):
        yield Dev(process, output)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)


def run(desk: House, repository: Path, *words: str) -> tuple[int, str]:
    with dev(desk, repository, *words) as started:
        code = started.process.wait(STARTS_WITHIN)
    return code, started.said


def page(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().read()


def commands(desk: House) -> list[str]:
    return (desk.webapp / "commands").read_text().splitlines()


def left_running(desk: House) -> list[psutil.Process]:
    """Processes that work in the desk's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(desk.root)):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def up(desk: House, repository: Path, port: int) -> Iterator[Dev]:
    with dev(desk, repository, "up", "--port", str(port)) as started:
        started.wait_until_it_serves()
        yield started


class Serving(NamedTuple):
    """One ./dev up that several tests look at."""

    up: Dev
    desk: House
    port: int


@pytest.fixture(scope="module")
def serving(shared_desk: House, repository: Path) -> Iterator[Serving]:
    port = free_port()
    with dev(shared_desk, repository, "up", "--port", str(port)) as started:
        started.wait_until_it_serves()
        yield Serving(started, shared_desk, port)


class TestServing:
    def test_serves(self, serving: Serving, repository: Path) -> None:
        assert page(serving.port) == b"ready"

    def test_says_where_and_how_to_sign_in(self, serving: Serving, repository: Path) -> None:
        said = serving.up.said

        assert f"http://127.0.0.1:{serving.port}/" in said
        assert "storekeeper  a-password" in said

    def test_migrates_as_the_owner_and_works_as_the_application(
        self, serving: Serving, repository: Path
    ) -> None:
        assert "inventory_owner prepare_database" in commands(serving.desk)
        assert "inventory_app load_demo" in commands(serving.desk)

    def test_keeps_secrets_out_of_the_list_of_processes(
        self, serving: Serving, repository: Path
    ) -> None:
        secrets = [str(value) for value in read_json(serving.desk.data / "secrets.json").values()]

        seen = " ".join(
            word for process in left_running(serving.desk) for word in process.cmdline()
        )

        assert [secret for secret in secrets if secret in seen] == []

    def test_refuses_to_run_twice(self, serving: Serving, repository: Path) -> None:
        code, said = run(serving.desk, repository, "up", "--port", str(serving.port))

        assert code == 1
        assert f"already runs for this checkout at http://127.0.0.1:{serving.port}" in said

    def test_lets_manage_use_its_database(self, serving: Serving, repository: Path) -> None:
        code, _ = run(serving.desk, repository, "manage", "shell", "--help")

        assert code == 0
        assert commands(serving.desk)[-1] == "inventory_app shell"
        assert page(serving.port) == b"ready"

    def test_keeps_reset_from_its_database(self, serving: Serving, repository: Path) -> None:
        code, said = run(serving.desk, repository, "reset", "--yes")

        assert code == 1
        assert "./dev up is running" in said


class TestUp:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_stops_all_it_started(self, up: Dev, desk: House, number: signal.Signals) -> None:
        up.finish(number)

        assert left_running(desk) == []

    def test_loads_demo_data_once(self, up: Dev, desk: House, repository: Path, port: int) -> None:
        up.finish()

        with dev(desk, repository, "up", "--port", str(port)) as again:
            again.wait_until_it_serves()
            again.finish()

        assert commands(desk).count("inventory_app load_demo") == 1
        assert commands(desk).count("inventory_app collectstatic") == 1

    def test_loads_demo_data_again_after_that_was_cut_short(
        self, desk: House, repository: Path, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAILS_AT", "load_demo")
        code, said = run(desk, repository, "up", "--port", str(port))
        assert code == 1
        assert "manage.py load_demo failed" in said
        monkeypatch.delenv("FAILS_AT")

        with dev(desk, repository, "up", "--port", str(port)) as again:
            again.wait_until_it_serves()
            again.finish()

        assert commands(desk).count("inventory_app load_demo") == 2

    def test_starts_again_after_being_killed(
        self, up: Dev, desk: House, repository: Path, port: int
    ) -> None:
        up.process.kill()
        up.process.wait()

        with dev(desk, repository, "up", "--port", str(port)) as again:
            again.wait_until_it_serves()
            said = again.finish()

        assert "a killed ./dev left behind" in said
        assert left_running(desk) == []

    def test_does_no_work_when_the_port_is_taken(self, desk: House, repository: Path) -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]

            code, said = run(desk, repository, "up", "--port", str(port))

        assert code == 1
        assert f"port {port} is taken by " in said
        assert not (desk.data / "postgres").exists()

    def test_shows_what_a_broken_server_said(
        self, desk: House, repository: Path, port: int
    ) -> None:
        (desk.webapp / "config" / "wsgi.py").write_text("raise RuntimeError('a broken import')")

        code, said = run(desk, repository, "up", "--port", str(port))

        assert code == 1
        assert "RuntimeError: a broken import" in said
        assert left_running(desk) == []


class TestBeside:
    def test_manage_alone_stops_what_it_started(self, desk: House, repository: Path) -> None:
        code, _ = run(desk, repository, "manage", "migrate")

        assert code == 0
        assert commands(desk) == ["inventory_owner migrate"]
        assert left_running(desk) == []

    def test_manage_keeps_the_exit_code(
        self, desk: House, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAILS_AT", "shell")

        assert run(desk, repository, "manage", "shell")[0] == 1

    def test_psql_shows_the_database(self, desk: House, repository: Path) -> None:
        _, said = run(desk, repository, "psql", "--app", "-At", "-c", "SELECT current_user")

        assert said.splitlines()[-1] == "inventory_app"


class TestReset:
    def test_asks_first(self, desk: House, repository: Path) -> None:
        code, said = run(desk, repository, "reset")

        assert code == 1
        assert "Nothing was changed." in said
        assert not (desk.webapp / "commands").exists()

    @pytest.mark.parametrize(
        ("size", "last"),
        [
            ("demo", "inventory_app load_demo"),
            ("large", "inventory_owner generate_large"),
            ("empty", "inventory_owner prepare_database"),
        ],
    )
    def test_fills_a_new_database(
        self, desk: House, repository: Path, size: str, last: str
    ) -> None:
        run(desk, repository, "psql", "-c", "CREATE TABLE old ()")

        code, _ = run(desk, repository, "reset", "--yes", "--size", size)

        assert code == 0
        assert commands(desk)[-1] == last
        _, said = run(desk, repository, "psql", "-At", "-c", "SELECT to_regclass('old') IS NULL")
        assert said.splitlines()[-1] == "t"

    def test_wants_the_name_of_a_database_that_is_not_the_desks(
        self, desk: House, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/precious")

        code, said = run(desk, repository, "reset", "--yes")

        assert code == 1
        assert "./dev reset --yes-really-drop precious" in said
