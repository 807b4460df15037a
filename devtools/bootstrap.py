"""Makes .venv and installs one set of pinned requirements into it, if that is not yet so.

Called by `dev` with whatever Python was found, so it uses the standard library only.

A file in .venv says what was installed there in full. It is taken away before anything is
changed and written last: a .venv without it was interrupted, and is made anew.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDS_BYTES = 1_000_000_000
PROGRESS_SECONDS = 2
# A larger set holds the smaller ones: with "dev" in place, "desk" is too.
SETS = {"desk": ("desk", "load", "dev"), "load": ("load", "dev"), "dev": ("dev",)}


class CannotPrepareError(Exception):
    """What happened, why, and what to do."""


def main() -> int:
    wanted = sys.argv[1]
    try:
        prepare(ROOT, wanted)
    except CannotPrepareError as error:
        print(f"./dev: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n./dev: stopped. The next start goes on from here.", file=sys.stderr)
        return 130
    return 0


def prepare(root: Path, wanted: str) -> None:
    if is_current(root, wanted):
        return
    with only_one(root):
        if is_current(root, wanted):  # the other one did it while we waited
            return
        require_space(root)
        stamp = read_stamp(root)
        if stamp is None:
            make_venv(root)
        elif stamp["set"] in SETS[wanted]:
            wanted = stamp["set"]  # keep the larger set in step, not only the part asked for
        install(root, wanted)


def is_current(root: Path, wanted: str) -> bool:
    stamp = read_stamp(root)
    if stamp is None:
        return False
    installed = stamp["set"]
    return installed in SETS[wanted] and stamp["hash"] == fingerprint(root, installed)


def read_stamp(root: Path) -> dict[str, str] | None:
    """What .venv holds; nothing if it is missing, unfinished, moved here or broken."""
    try:
        stamp = json.loads((root / ".venv" / "installed.json").read_text())
    except (OSError, ValueError):
        return None
    python = root / ".venv" / "bin" / "python"
    sound = stamp.get("root") == str(root) and stamp.get("set") in SETS["desk"]
    if not sound or not python.exists():
        return None
    return {str(key): str(value) for key, value in stamp.items()}


def fingerprint(root: Path, name: str) -> str:
    return hashlib.sha256((root / "requirements" / f"{name}.txt").read_bytes()).hexdigest()


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Two `./dev` at once do not install into one .venv; the lock dies with the process."""
    data = root / ".data"
    try:
        data.mkdir(exist_ok=True)
        lock = (data / "bootstrap.lock").open("w")
    except OSError as error:
        raise CannotPrepareError(
            f"cannot write into {data} ({error.strerror}).\n"
            f"If an earlier run was made as root, give it back: "
            f"sudo chown -R $(id -un) {data} {root / '.venv'}"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./dev is installing; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def require_space(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < NEEDS_BYTES:
        raise CannotPrepareError(
            f"{free / 1e6:,.0f} MB are free where {root} lies; "
            f"packages and database need about {NEEDS_BYTES / 1e6:,.0f} MB.\n"
            "Make room and run the same command again; nothing has been changed."
        )


def make_venv(root: Path) -> None:
    venv = root / ".venv"
    if venv.exists():
        say("remaking .venv: it is unfinished, or was moved here")
        remove(venv)
    else:
        say(f"making .venv with Python {sys.version.split()[0]}")
    # The interpreter under the one that runs this, which may be the .venv just removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [base, "-m", "venv", str(venv)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        said = (made.stdout + made.stderr).strip()
        raise CannotPrepareError(why_no_venv(said))


def why_no_venv(said: str) -> str:
    if "ensurepip" in said or "No module named venv" in said:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"this Python {version} comes without its venv module "
            "(Debian and Ubuntu ship it separately).\n"
            f"Install it: sudo apt install python{version}-venv\n"
            "or point to another Python: PYTHON=/path/to/python3 ./dev up"
        )
    if "No space left" in said:
        return "the disk is full. Make room and run the same command again."
    return f"python -m venv failed. It said:\n{said}"


def remove(venv: Path) -> None:
    try:
        shutil.rmtree(venv)
    except OSError as error:
        raise CannotPrepareError(
            f"cannot remove {venv} ({error.strerror}). Remove it by hand, then run again:\n"
            f"    sudo rm -rf {venv}"
        ) from error


def install(root: Path, wanted: str) -> None:
    """Install the set; the stamp goes first and comes back last."""
    venv = root / ".venv"
    stamp = venv / "installed.json"
    requirements = root / "requirements" / f"{wanted}.txt"
    try:
        stamp.unlink(missing_ok=True)
    except OSError as error:
        raise CannotPrepareError(
            f"cannot write into {venv} ({error.strerror}).\n"
            f"It belongs to somebody else; give it back: sudo chown -R $(id -un) {venv}"
        ) from error
    count = sum("==" in line for line in requirements.read_text().splitlines())
    say(f"installing {count} packages of requirements/{wanted}.txt (once; about a minute)")
    started = time.monotonic()
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["--no-deps", "--only-binary", ":all:", "--requirement", str(requirements)]
    said = run_pip(command, count)
    if said is not None:
        raise CannotPrepareError(why_no_packages(said, requirements))
    half_written = stamp.with_suffix(".new")
    half_written.write_text(
        json.dumps({"set": wanted, "hash": fingerprint(root, wanted), "root": str(root)})
    )
    half_written.replace(stamp)
    say(f"installed in {time.monotonic() - started:.0f} s")


def run_pip(command: list[str], count: int) -> str | None:
    """Run it and show how far it is; what it said if it failed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    lines = []
    seen, shown = 0, time.monotonic()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                if time.monotonic() - shown > PROGRESS_SECONDS:
                    shown = time.monotonic()
                    say(f"  {seen} of {count}")
            elif line.startswith("Installing collected packages"):
                say("  all fetched; unpacking")
    return "".join(lines) if pip.returncode != 0 else None


def why_no_packages(complaints: str, requirements: Path) -> str:
    tail = "\n".join(complaints.strip().splitlines()[-8:])
    if "No space left" in complaints:
        return "the disk is full. Make room and run the same command again."
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in complaints:
        return (
            f"a package is not the one that {requirements.name} was pinned to, "
            f"so nothing was installed. pip said:\n{tail}"
        )
    if any(word in complaints for word in ("NewConnectionError", "Retrying", "timed out")):
        return (
            "the package registry was not reached. The first start needs the network "
            f"(later ones do not).\nCheck connection, proxy and pip's settings. pip said:\n{tail}"
        )
    return f"pip could not install {requirements.name}. It said:\n{tail}"


def say(text: str) -> None:
    print(f"./dev: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
