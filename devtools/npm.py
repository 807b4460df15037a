"""What the browser tests need from npm: axe-core, pinned by tests/e2e/axe/package-lock.json."""

import os
import shutil
import subprocess
from pathlib import Path

from devtools.browser import apt
from devtools.console import Problem, step
from devtools.house import House

FILES = ("package.json", "package-lock.json")


def require_axe(house: House) -> str:
    """The path of axe's script; installed into .data/npm when it is missing or another version."""
    wanted, there = house.root / "tests" / "e2e" / "axe", house.data / "npm"
    script = there / "node_modules" / "axe-core" / "axe.min.js"
    if not (script.is_file() and _same(wanted, there)):
        npm = _require_npm()
        shutil.rmtree(there, ignore_errors=True)
        there.mkdir(parents=True)
        for name in FILES:
            shutil.copy(wanted / name, there)
        with step("fetching axe-core by npm (once)"):
            _install(npm, there)
    return str(script)


def _same(wanted: Path, there: Path) -> bool:
    return all(
        (there / name).is_file() and (there / name).read_bytes() == (wanted / name).read_bytes()
        for name in FILES
    )


def _install(npm: str, there: Path) -> None:
    """Without the scripts of packages: axe needs none, and they would run as whoever tests."""
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=there,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(there, ignore_errors=True)  # half a folder must not pass for a whole one
        raise Problem(
            "npm could not fetch axe-core; what it said stands above.",
            "leave out the browser tests this time: ./dev test --no-browser",
        )


def _require_npm() -> str:
    found = shutil.which("npm")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with step("installing npm by apt-get (once; some minutes)"):
            apt("update")
            apt("install", "--yes", "--no-install-recommends", "npm")
        found = shutil.which("npm")
    if found is None:
        raise Problem(
            "the browser tests check pages with axe-core, which comes by npm; there is no npm.",
            "Debian, Ubuntu: sudo apt install npm",
            "elsewhere: install Node.js",
            "leave them out this time: ./dev test --no-browser",
        )
    return found
