"""Runs the Django application's own commands with the right environment."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools.console import Problem
from devtools.database import Database, is_external
from devtools.house import House, Keys

# What changes the schema, or gives rights in it, runs as the owner.
OWNER_COMMANDS = frozenset(
    {
        "dbshell",
        "flush",
        "generate_large",  # only the owner may record movements of the past
        "grant_app_rights",
        "inspectdb",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "prepare_database",
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "squashmigrations",
    }
)

LEADING_ELSEWHERE = frozenset(
    {"DB_HOST", "DB_PORT", "DB_NAME", "DB_USER_NAME", "DB_PASSWORD", "PYTHONPATH", "PYTHONSAFEPATH"}
)


def environment(
    house: House, url: str, settings: Mapping[str, str], app_role: str = ""
) -> dict[str, str]:
    """The caller's environment, less what would lead elsewhere, with the application's settings."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name not in LEADING_ELSEWHERE and (is_external() or not name.startswith("PG"))
    }
    ours |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "DB_APP_ROLE": app_role,
        "MEDIA_ROOT": str(house.data / "media"),
        "STATIC_ROOT": str(house.data / "static"),
    }
    return {**ours, **settings}


def desk_settings(house: House) -> dict[str, str]:
    """Settings for a desk: no TLS, reached from this machine alone. What the caller set wins."""
    settings = {
        "DJANGO_SECRET_KEY": Keys.of(house).django,
        "DJANGO_DEBUG": "0",
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DJANGO_TLS": "0",
        "DJANGO_LOG_JSON": "0",
    }
    return {name: os.environ.get(name, value) for name, value in settings.items()}


@dataclass(frozen=True)
class Application:
    """manage.py and the server, on one database."""

    house: House
    database: Database

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        url = self.database.owner_url if owner else self.database.app_url
        return environment(
            self.house, url, desk_settings(self.house), app_role=self.database.app_role
        )

    def command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, str(self.house.webapp / "manage.py"), *words]

    def manage(self, *words: str, owner: bool | None = None, quiet: bool = False) -> str:
        """Run a command that must succeed. Its output is shown, or returned if quiet."""
        as_owner = words[0] in OWNER_COMMANDS if owner is None else owner
        done = subprocess.run(
            self.command(words),
            env=self.environment(owner=as_owner),
            check=False,
            text=True,
            stdout=subprocess.PIPE if quiet else None,
        )
        if done.returncode != 0:
            if done.stdout:
                sys.stderr.write(done.stdout)
            raise Problem(
                f"manage.py {' '.join(words)} failed (exit code {done.returncode}); "
                "what it said stands above.",
                f"mend the cause, then run it alone: ./dev manage {' '.join(words)}",
            )
        return done.stdout or ""

    def manage_here(self, words: Sequence[str], folder: Path) -> int:
        """Run what somebody typed, in the folder they typed it in; its exit code."""
        as_owner = bool(words) and words[0] in OWNER_COMMANDS
        return subprocess.run(
            self.command(words), env=self.environment(owner=as_owner), cwd=folder, check=False
        ).returncode
