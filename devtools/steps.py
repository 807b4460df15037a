"""What must be done to a database and its files before the application is served on a desk."""

import hashlib
import json
import sys
from pathlib import Path

import psycopg

from devtools.application import Application
from devtools.console import say, step
from devtools.house import House, write_whole


def compile_translations() -> None:
    from devtools.messages import compile_catalogs  # noqa: PLC0415  (needs .venv's packages)

    with step("compiling translations"):
        compile_catalogs()


def migrate(application: Application) -> None:
    with step("migrating the database"):
        application.manage("prepare_database", "--refuse-newer", quiet=True)
        if not application.database.separates_roles:
            say(
                "  note: one database user both migrates and serves, so the database cannot\n"
                "  refuse the application what only an owner may do. DATABASE_OWNER_URL tells\n"
                "  them apart."
            )


def load_demo_once(application: Application) -> None:
    """The first time only; again if that was interrupted (the command can be repeated)."""
    unfinished = application.house.data / "demo-unfinished"
    if not unfinished.exists() and has_parts(application):
        return
    unfinished.touch()
    with step("loading demo data (once)"):
        application.manage("load_demo")
    unfinished.unlink()


def has_parts(application: Application) -> bool:
    with application.database.connect_as_owner() as owner:
        try:
            found = owner.execute("SELECT EXISTS (SELECT FROM catalog_part)").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return bool(found and found[0])


def create_demo_users(application: Application) -> dict[str, str]:
    """Demo user → password; made once and kept, so that a sign-in works tomorrow too."""
    passwords = application.house.data / "demo-users.json"
    with step("creating demo users"):
        application.manage("create_demo_users", "--passwords-file", str(passwords), quiet=True)
    found: dict[str, str] = json.loads(passwords.read_text())
    return found


def verify_ledger(application: Application) -> None:
    with step("verifying the ledger, if the last time is a day ago"):
        application.manage("verify_ledger", "--max-age", "24h", quiet=True)


def verify_audit(application: Application) -> None:
    with step("verifying the audit log, if the last time is a day ago"):
        application.manage("verify_audit", "--max-age", "24h", quiet=True)


def collect_static(application: Application) -> None:
    """Copies and compresses every static file: some seconds, so only when one changed."""
    house = application.house
    stamp = house.data / "static-stamp"
    current = fingerprint_of_static(house)
    if stamp.exists() and stamp.read_text() == current and (house.data / "static").is_dir():
        return
    stamp.unlink(missing_ok=True)
    with step("collecting static files"):
        application.manage("collectstatic", "--no-input", "--clear", "--verbosity", "0")
    write_whole(stamp, current, mode=0o644)


def fingerprint_of_static(house: House) -> str:
    seen = hashlib.sha256(sys.version.encode())
    seen.update((house.root / "requirements" / "web.txt").read_bytes())
    for path in sorted(static_files(house)):
        state = path.stat()
        seen.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    seen.update((house.webapp / "config" / "settings.py").read_bytes())
    return seen.hexdigest()


def static_files(house: House) -> list[Path]:
    folders = [*house.webapp.glob("static"), *house.webapp.glob("*/static")]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
