"""Which database ./dev works on, and who may do what in it.

With DATABASE_URL or DB_HOST set: that one. With neither: the desk's own (devtools/postgres.py),
with the two users that a deployment has as well: the owner, who migrates, and the application's
user, who cannot change the schema.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from devtools.console import Problem
from devtools.house import House, Keys
from devtools.postgres import Cluster

NAME = "inventory"
OWNER = "inventory_owner"
APP = "inventory_app"

WAYS_OUT_EXTERNAL = (
    "check DATABASE_URL, DATABASE_OWNER_URL or the DB_* variables, and that it runs, or",
    "unset them to use the database that ./dev brings",
)
WAYS_OUT_EMBEDDED = (
    "if .data/secrets.json was lost, its passwords are gone: bring the file back, or",
    "start anew and keep the old folder: mv .data/postgres .data/postgres-old && ./dev up",
)

type Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Database:
    """Addresses of one database: for the application, for migrations, for making it anew."""

    app_url: str
    owner_url: str
    app_role: str
    superuser_url: str | None = None

    @property
    def embedded(self) -> bool:
        return self.superuser_url is not None

    @property
    def name(self) -> str:
        return unquote(urlsplit(self.owner_url).path.lstrip("/"))

    @property
    def separates_roles(self) -> bool:
        return self.app_role != role_of(self.owner_url)

    def connect_as_owner(self) -> Connection:
        return connect(self.owner_url)


def role_of(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def is_external() -> bool:
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("DB_HOST"))


@contextlib.contextmanager
def database_for(house: House) -> Iterator[Database]:
    """The database that the environment names; else the desk's own, running from here on."""
    if is_external():
        yield external()
        return
    keys = Keys.of(house)
    with Cluster(house, "postgres", keys.postgres).running() as server:
        database = embedded(server.port, keys)
        prepare(database, keys)
        yield database


def external() -> Database:
    app_url = os.environ.get("DATABASE_URL") or url_from_parts()
    owner_url = os.environ.get("DATABASE_OWNER_URL") or app_url
    return Database(app_url=app_url, owner_url=owner_url, app_role=role_of(app_url))


def url_from_parts() -> str:
    names = ("DB_HOST", "DB_NAME", "DB_USER_NAME", "DB_PASSWORD")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise Problem(
            f"DB_HOST is set, but {', '.join(missing)} is not.",
            "set all of DB_HOST, DB_NAME, DB_USER_NAME and DB_PASSWORD, or DATABASE_URL, or",
            "unset DB_HOST to use the database that ./dev brings",
        )
    host, name, user, password = (os.environ[variable] for variable in names)
    return url(user, password, int(os.environ.get("DB_PORT", "5432")), name, host)


def embedded(port: int, keys: Keys, name: str = NAME) -> Database:
    return Database(
        app_url=url(APP, keys.app, port, name),
        owner_url=url(OWNER, keys.owner, port, name),
        app_role=APP,
        superuser_url=url("postgres", keys.postgres, port, "postgres"),
    )


def url(user: str, password: str, port: int, name: str, host: str = "127.0.0.1") -> str:
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{who}@{host}:{port}/{quote(name, safe='')}"


def connect(address: str) -> Connection:
    try:
        return psycopg.connect(address, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        parts = urlsplit(address)
        where = f"{parts.hostname}:{parts.port or 5432}{parts.path} as {role_of(address)}"
        raise Problem(
            f"cannot connect to the database {where}: {error}".strip(),
            *(WAYS_OUT_EXTERNAL if is_external() else WAYS_OUT_EMBEDDED),
        ) from error


def prepare(database: Database, keys: Keys) -> None:
    """The roles and the database, if missing. Each statement is whole, so any may be the last."""
    if database.superuser_url is None:
        raise ValueError("only the desk's own database is prepared by ./dev")
    with connect(database.superuser_url) as superuser:
        ensure_role(superuser, OWNER, keys.owner)
        ensure_role(superuser, APP, keys.app)
        ensure_database(superuser, OWNER, database.name)
    address = urlsplit(database.superuser_url)._replace(path=f"/{quote(database.name, safe='')}")
    with connect(address.geturl()) as superuser:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def ensure_role(superuser: Connection, role: str, password: str) -> None:
    verb = "ALTER" if exists(superuser, "pg_roles", "rolname", role) else "CREATE"
    superuser.execute(
        sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
        ).format(sql.SQL(verb), sql.Identifier(role), sql.Literal(password))
    )


def ensure_database(superuser: Connection, owner: str, name: str = NAME) -> None:
    if not exists(superuser, "pg_database", "datname", name):
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
    superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    superuser.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(name), sql.Identifier(APP)
        )
    )


def exists(connection: Connection, catalog: str, column: str, value: str) -> bool:
    found = connection.execute(
        sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
            sql.Identifier(catalog), sql.Identifier(column)
        ),
        [value],
    ).fetchone()
    return found is not None


def recreate(database: Database, keys: Keys) -> None:
    """An empty database in place of this one."""
    if database.superuser_url is None:
        raise ValueError("only the desk's own database is made anew by dropping it")
    with connect(database.superuser_url) as superuser:
        superuser.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
        )
    prepare(database, keys)


def empty(database: Database) -> None:
    """An empty schema, where dropping the database itself is not ours to do."""
    with database.connect_as_owner() as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
