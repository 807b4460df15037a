"""The databases of a load test: one kept for each size of data, and a copy of it for each run.

They live in a PostgreSQL of their own under .data/load, so that a run neither changes what
`./dev up` shows nor finds what an earlier run left: every run begins with the same data. Making
a million movements takes minutes, copying the database seconds.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from psycopg import sql

from devtools import steps
from devtools.application import Application
from devtools.console import step
from devtools.database import (
    APP,
    OWNER,
    Connection,
    Database,
    connect,
    embedded,
    prepare,
)
from devtools.house import House, Keys
from devtools.postgres import Cluster

RUN = "load_run"
FINISHED = "filled for load tests, without people, by: "


@dataclass(frozen=True)
class Size:
    """How much there is, and the command that makes it."""

    said: str
    command: tuple[str, ...]

    @property
    def note(self) -> str:
        """Of the database that was made so."""
        return FINISHED + " ".join(self.command)


SIZES = {
    "demo": Size("the demo data", ("load_demo",)),
    "10k": Size("100,000 parts and 10,000 movements", ("generate_large", "--movements", "10000")),
    "100k": Size(
        "100,000 parts and 100,000 movements", ("generate_large", "--movements", "100000")
    ),
    "large": Size("100,000 parts and 1,000,000 movements", ("generate_large",)),
}


@contextlib.contextmanager
def kept(house: House, size: str) -> Iterator[Database]:
    """The database with data of this size, which no run changes."""
    (house.data / "load").mkdir(exist_ok=True)
    keys = Keys.of(house)
    with Cluster(house, "load/postgres", keys.postgres).running() as server:
        database = embedded(server.port, keys, f"load_{size}")
        make_ready(house, database, SIZES[size])
        yield database


def copied(kept: Database, size: str, name: str = RUN) -> Database:
    """What a run works on, and may do with as it likes; the copy of the run before is gone."""
    run = replace(
        kept,
        **{url: with_name(getattr(kept, url), name) for url in ("app_url", "owner_url")},
    )
    with step(f"copying the data for this run ({SIZES[size].said})"):
        copy(kept, run)
    return run


def with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def make_ready(house: House, kept: Database, size: Size) -> None:
    """Made and filled the first time; with the schema of today each time."""
    prepare(kept, Keys.of(house))
    application = Application(house, kept)
    steps.migrate(application)
    if note_of(kept) == size.note:
        return
    with step(f"making {size.said} (once; kept in .data/load)"):
        if steps.has_parts(application):  # it was made otherwise, or not to the end
            make_anew(house, kept)
            steps.migrate(application)
        if size.command == ("load_demo",):
            application.manage("create_demo_users", quiet=True)  # the story is told of them
        application.manage(*size.command)
    write_note(kept, size.note)


def note_of(kept: Database) -> str | None:
    with superuser_of(kept) as superuser:
        found = superuser.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [kept.name],
        ).fetchone()
    return str(found[0]) if found and found[0] else None


def write_note(kept: Database, note: str) -> None:
    """In the database itself: the note is gone when the database is."""
    with kept.connect_as_owner() as owner:
        owner.execute("VACUUM (ANALYZE)")
    with superuser_of(kept) as superuser:
        superuser.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(kept.name), sql.Literal(note)
            )
        )


def make_anew(house: House, kept: Database) -> None:
    with superuser_of(kept) as superuser:
        drop(superuser, kept.name)
    prepare(kept, Keys.of(house))


def copy(kept: Database, run: Database) -> None:
    with superuser_of(kept) as superuser:
        drop(superuser, run.name)
        superuser.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy OWNER {}").format(
                sql.Identifier(run.name), sql.Identifier(kept.name), sql.Identifier(OWNER)
            )
        )
        name, app = sql.Identifier(run.name), sql.Identifier(APP)
        superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        superuser.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app))


def superuser_of(database: Database) -> Connection:
    if database.superuser_url is None:
        raise ValueError("load tests make and copy databases only on the desk's own server")
    return connect(database.superuser_url)


def drop(superuser: Connection, name: str) -> None:
    superuser.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )
