"""The web server of a desk: gunicorn, started, watched and stopped by ./dev up."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from devtools.application import Application
from devtools.console import Problem, say
from devtools.house import House, read_json, write_whole

HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 15
LOG_BYTES = 10_000_000


def workers() -> int:
    return max(2, min(os.cpu_count() or 2, 4))


@dataclass
class Server:
    """gunicorn on one port."""

    application: Application
    port: int
    show_log: bool = False
    reload: bool = False

    @property
    def house(self) -> House:
        return self.application.house

    @property
    def log(self) -> Path:
        return self.house.server_log

    @property
    def record(self) -> Path:
        return self.house.server_record

    def environment(self) -> dict[str, str]:
        return self.application.environment()

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        log = self.log
        mode = "wb" if log.exists() and log.stat().st_size > LOG_BYTES else "ab"
        with log.open(mode) as written:
            process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd=self.house.webapp,
                stdin=subprocess.DEVNULL,
                stdout=None if self.show_log else written,
                stderr=None if self.show_log else subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for ./dev, which then stops it in order
            )
        try:
            remember(self.record, process.pid, self.port)
            yield process
        finally:
            stop(psutil.Process(process.pid) if process.poll() is None else None)
            process.wait()
            self.record.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """As webapp/gunicorn.conf.py says, but for this machine alone, and quick to end."""
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}"]
        command += ["--workers", str(workers()), "--graceful-timeout", "10"]
        return [*command, "--reload"] if self.reload else command

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise self.problem(f"the web server ended at once (exit code {process.returncode})")
            status, answer = ask(self.port, "/readyz")
            if status == http.client.OK:
                return
            if status is not None and ask(self.port, "/livez")[0] == http.client.OK:
                say(f"  it serves, but /readyz says {status}: {answer.strip()}")
                return
            time.sleep(0.1)
        raise self.problem(f"the web server did not answer within {READY_SECONDS} seconds")

    def problem(self, what: str) -> Problem:
        if self.show_log or not self.log.exists():
            return Problem(f"{what}; what it said stands above.")
        said = "\n".join(f"    {line}" for line in telling(self.log))
        return Problem(
            f"{what}. From its log:\n{said}",
            f"read the whole log: {self.log}",
            "see it as it comes: ./dev up --log",
        )


def telling(log: Path) -> list[str]:
    """The errors among the last lines of a log, each once, and how it ends."""
    lines = log.read_text(errors="replace").strip().splitlines()[-200:]
    errors = [
        line for line in lines if re.match(r"[A-Za-z_.]+(Error|Exception|Configured)\b", line)
    ]
    return [*dict.fromkeys(errors), *lines[-5:]]


def ask(port: int, path: str) -> tuple[int | None, str]:
    """Status and body of a page; no status if nobody answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return None, ""
    finally:
        connection.close()


def stop(process: psutil.Process | None) -> None:
    """End gunicorn and its workers: asked first, then made to."""
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
        for stubborn in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                stubborn.kill()
        psutil.wait_procs(alive, timeout=STOP_SECONDS)


def remember(path: Path, pid: int, port: int) -> None:
    record = {"pid": pid, "started": psutil.Process(pid).create_time(), "port": port}
    write_whole(path, json.dumps(record))


def stop_left_over(path: Path) -> None:
    """A ./dev that was killed could not stop its server; the next one does."""
    record = read_json(path)
    with contextlib.suppress(psutil.NoSuchProcess, KeyError):
        process = psutil.Process(int(record["pid"]))
        if abs(process.create_time() - float(record["started"])) < 1:
            say("· stopping the web server that a killed ./dev left behind")
            stop(process)
    path.unlink(missing_ok=True)


def require_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Problem(
                f"port {port} may only be used by root.",
                "choose one above 1023: ./dev up --port 8001",
            ) from error
        except OSError as error:
            raise Problem(
                f"port {port} is taken{by_whom(port)}.",
                f"choose another: ./dev up --port {next_free(port)}",
                "or stop what holds it, then run the same command again",
            ) from error


def by_whom(port: int) -> str:
    """Who listens there, as far as this user may know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr[1:] == (port,) and connection.pid:
                name = psutil.Process(connection.pid).name()
                return f" by '{name}' (process {connection.pid})"
    return " by another program"


def next_free(port: int) -> int:
    for candidate in range(port + 1, port + 100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return candidate
    return port + 1
