"""What must be done to a database and its files before the application is served on a desk."""

import hashlib
import json
import sys
from pathlib import Path

import psycopg

from devtools.application import Application
from devtools.console import Problem, say, step
from devtools.house import House, write_whole

# Asked of Django itself: which applied migrations does this code not have?
UNKNOWN_MIGRATIONS = """
import django; django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(connection)
replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
known = set(loader.disk_migrations) | replaced
print(*sorted(f"{app}.{name}" for app, name in loader.applied_migrations
              if app in loader.migrated_apps and (app, name) not in known), sep="\\n")
"""


def compile_translations() -> None:
    from devtools.messages import compile_catalogs  # noqa: PLC0415  (needs .venv's packages)

    with step("compiling translations"):
        compile_catalogs()


def migrate(application: Application) -> None:
    refuse_newer_database(application)
    with step("migrating the database"):
        application.manage("migrate", "--verbosity", "0")
        if application.database.separates_roles:
            application.manage("grant_app_rights", quiet=True)
        else:
            say(
                "  note: one database user both migrates and serves, so the database cannot\n"
                "  refuse the application what only an owner may do. DATABASE_OWNER_URL tells\n"
                "  them apart."
            )
        application.manage("sync_roles", quiet=True)


def refuse_newer_database(application: Application) -> None:
    unknown = application.run_script(UNKNOWN_MIGRATIONS).split()
    if unknown:
        raise Problem(
            "the database was last used by newer code: it has migrations that this checkout "
            f"does not know ({', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}).",
            "go on with the newer code: git pull, or check out the branch you were on, or",
            "start anew, losing what is in the database: ./dev reset",
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
