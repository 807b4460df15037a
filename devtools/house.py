"""Where things lie: the repository, and what ./dev keeps under .data/."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from devtools.console import Problem


@dataclass(frozen=True)
class House:
    """One checkout of the repository."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / ".data"

    @property
    def webapp(self) -> Path:
        return self.root / "webapp"

    @property
    def server_log(self) -> Path:
        return self.data / "server.log"

    @property
    def server_record(self) -> Path:
        return self.data / "server.json"

    @property
    def label(self) -> str:
        """A name for this checkout among others on the machine."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:10]
        return f"{self.root.name}-{digest}"

    def prepare(self) -> None:
        """Make .data/ and see that it can be written."""
        try:
            self.data.mkdir(exist_ok=True)
            (self.data / "writable").touch()
        except PermissionError as error:
            raise Problem(
                f"{self.data} cannot be written by this user: it was made by another, "
                "most likely by running ./dev as root.",
                "run ./dev as that user again, or",
                f"give it to yourself: sudo chown -R $(id -un) {self.data} {self.root / '.venv'}",
            ) from error
        except OSError as error:
            raise disk_problem(error, self.data) from error

    def try_lock(self, name: str) -> IO[str] | None:
        """Take a lock that dies with this process; nothing if another process holds it."""
        lock = (self.data / f"{name}.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """One process at a time, the others wait."""
        with (self.data / f"{name}.lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def disk_problem(error: OSError, where: Path) -> Problem:
    return Problem(
        f"{where} cannot be written: {error.strerror}.",
        f"see what is free: df -h {where.parent}",
        "make room, then run the same command again; a half-finished step is done anew",
    )


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """All of the file or none of it, whenever the machine stops."""
    half = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in the file; an empty one if there is none that can be read."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Keys:
    """Passwords of this desk: made once, kept in .data/secrets.json, never in the repository."""

    django: str
    postgres: str
    owner: str
    app: str

    @classmethod
    def of(cls, house: House) -> "Keys":
        path = house.data / "secrets.json"
        with house.lock("secrets"):
            found = read_json(path)
            missing = [name for name in cls.__dataclass_fields__ if name not in found]
            if missing:
                found |= {name: secrets.token_urlsafe(48) for name in missing}
                write_whole(path, json.dumps(found, indent=2) + "\n")
        return cls(**{name: str(found[name]) for name in cls.__dataclass_fields__})
