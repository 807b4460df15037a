"""./dev test: every test, on a PostgreSQL of its own that is kept only for speed."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from devtools.application import environment
from devtools.browser import require_browser
from devtools.cli import Commands, add_passing_on, own_options
from devtools.database import (
    APP,
    NAME,
    connect,
    ensure_database,
    ensure_role,
    external,
    is_external,
    url,
)
from devtools.house import House
from devtools.namespaces import prepare_namespaces
from devtools.npm import require_axe
from devtools.postgres import FAST_AND_LOOSE, Cluster
from devtools.steps import compile_translations

# The server listens on this machine alone, and what is in it is thrown away.
PASSWORD = "test"  # noqa: S105
SETTINGS = {
    "DJANGO_SECRET_KEY": "only-for-tests-and-nothing-else-0123456789-abcdefghij",
    "DJANGO_DEBUG": "0",
    "DJANGO_ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "DJANGO_TLS": "0",
    "DJANGO_LOG_JSON": "0",
}
WORKERS = "2"


def add_to(commands: Commands) -> None:
    add_passing_on(commands, "test", "run the tests").set_defaults(run=run)


def options() -> argparse.ArgumentParser:
    known = own_options(
        "test",
        "Runs every test with pytest. Other words are passed on to pytest, with paths as seen "
        "from the repository: ./dev test tests/webapp/stock -k issue -x",
    )
    known.add_argument("--fast", action="store_true", help="leave out slow and browser tests")
    known.add_argument("--no-browser", action="store_true", help="leave out the browser tests")
    return known


def run(house: House, arguments: argparse.Namespace) -> int:
    own, words = options().parse_known_args(arguments.words)
    left_out = [
        name
        for name, absent in (
            ("slow", own.fast),
            ("browser", own.fast or own.no_browser),
        )
        if absent
    ]
    if left_out and "-m" not in words:
        words += ["-m", " and ".join(f"not {name}" for name in left_out)]
    if not any(word.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for word in words):
        words += workers(words)
    extra = {}
    if "browser" not in left_out:
        extra = {"CHROMIUM": require_browser(house), "AXE": require_axe(house)}
    if not own.fast:
        prepare_namespaces()
    compile_translations()
    with test_database(house) as (address, role):
        settings = environment(house, address, SETTINGS, app_role=role)
        settings |= {"MEDIA_ROOT": str(house.data / "test-media"), **extra}
        return subprocess.run(
            [sys.executable, "-m", "pytest", *words], cwd=house.root, env=settings, check=False
        ).returncode


def workers(words: list[str]) -> list[str]:
    """Two workers for the whole suite; one process for a chosen part, where starting costs more."""
    chosen = any("::" in word or word.endswith(".py") or word == "-k" for word in words)
    return [] if chosen or (os.cpu_count() or 1) < int(WORKERS) else ["-n", WORKERS]


@contextlib.contextmanager
def test_database(house: House) -> Iterator[tuple[str, str]]:
    """The address for pytest-django, which makes its own database beside; the app's role."""
    if is_external():
        yield external().owner_url, os.environ.get("DB_APP_ROLE", APP)
        return
    with Cluster(house, "test-postgres", PASSWORD, FAST_AND_LOOSE).running() as server:
        with connect(url("postgres", PASSWORD, server.port, "postgres")) as superuser:
            ensure_role(superuser, APP, PASSWORD)
            ensure_database(superuser, "postgres")
        yield url("postgres", PASSWORD, server.port, NAME), APP
