"""gunicorn with the settings of the container, before an application that tells who answered."""

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

APPLICATION = """
import os, time

def application(environ, start_response):
    if environ["PATH_INFO"] == "/long":
        time.sleep(3)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
    return [b"%8d" % os.getpid()]
"""
# All but what makes our application ready, and where it listens.
SETTINGS = """
from runpy import run_path

globals().update(run_path({path!r}))
del post_worker_init
bind = "127.0.0.1:0"
"""
CONFIGURATION = Path(__file__).parents[3] / "webapp/gunicorn.conf.py"


@dataclass(frozen=True)
class Server:
    port: int

    def ask(self, path: str) -> tuple[int, str]:
        """The process that answered, and what it said of the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return int(answer.read()), answer.headers["Connection"]
        finally:
            connection.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "settings.py").write_text(SETTINGS.format(path=str(CONFIGURATION)))
    (tmp_path / "telling.py").write_text(APPLICATION)
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "settings.py", "telling:application"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CONFIGURATION.parent), "WEB_CONCURRENCY": "2", "WEB_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Server(_port(process))
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[str]") -> int:
    """Where it says that it listens, once both processes are there."""
    assert process.stdout is not None
    port, booted = 0, 0
    for line in process.stdout:
        if "Listening at" in line:
            port = int(line.split("127.0.0.1:")[1].split()[0].rstrip('",'))
        booted += "Booting worker" in line
        if port and booted == 2:
            return port
    raise AssertionError("gunicorn ended before it listened")


def test_each_answer_ends_its_connection(server: Server) -> None:
    assert server.ask("/")[1] == "close"


def test_no_request_waits_for_a_busy_process_while_another_is_free(server: Server) -> None:
    busy: list[int] = []
    long = threading.Thread(target=lambda: busy.append(server.ask("/long")[0]))
    long.start()
    time.sleep(0.5)  # until it was taken

    answered_by = [server.ask("/")[0] for _time in range(20)]

    assert not busy, "it was answered while others waited"
    long.join(timeout=20)
    assert set(answered_by).isdisjoint(busy)
