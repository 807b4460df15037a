"""Proof that the log is whole: every hash computed again, outside of the database.

Whoever can change rows can change the database's functions as well, so nothing here asks the
database whether something is right: it hands out texts, and they are hashed here. What this cannot
see is a log that was rewritten as a whole, hashes included, or cut off at its end: for that, heads
are kept elsewhere (`audit.heads`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from audit.hashing import digest_of, hash_of
from audit.kinds import Kind
from audit.sql.chain import link_text
from audit.sql.entries import canonical

ROWS_AT_ONCE = 2000
# More would not tell more: the first is what matters.
MOST_PROBLEMS = 100


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that nobody may do was done; `entry` or `position` says where it begins."""

    entry: int | None = None
    position: int | None = None
    what: str

    def __str__(self) -> str:
        place = f"entry {self.entry}" if self.entry is not None else f"link {self.position}"
        return f"{place}: {self.what}"


@dataclass(kw_only=True)
class Report:
    """What was found. `explained` rows were changed or removed by a break-glass, which shows."""

    entries: int = 0
    links: int = 0
    explained: int = 0
    head: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The earliest entry that is not as it was written; a link where it is only that."""
        return min(
            self.problems,
            key=lambda p: (p.entry is None, p.entry or 0, p.position or 0),
            default=None,
        )

    def add(self, what: str, *, entry: int | None = None, position: int | None = None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(entry=entry, position=position, what=what))


class _Link(NamedTuple):
    position: int | None
    batch: int
    text: str | None
    digest: bytes | None
    previous: bytes | None
    hash: bytes | None


class _Row(NamedTuple):
    """An entry with the link of its transaction; one of both may be missing."""

    batch: int
    entry: int | None
    text: str | None
    hash: bytes | None
    position: int | None
    entries: int | None
    digest: bytes | None


def verify_audit() -> Report:
    """Compute the chain and every entry's hash again."""
    report = Report()
    _check_chain(report)
    _check_entries(report)
    return report


def _check_chain(report: Report) -> None:
    """Each link follows the one before it, and is as it was closed."""
    position, previous = 0, b""
    for link in _links():
        report.links += 1
        position += 1
        if link.position != position:
            report.add(f"the link before it is missing: {position}", position=link.position)
            position = link.position or position
        elif link.previous != previous:
            report.add("it does not follow the link before it", position=position)
        if link.hash != hash_of(link.text or ""):
            report.add("the link was changed", position=position)
        previous = link.hash or b""
    report.head = previous.hex()


def _check_entries(report: Report) -> None:
    """Each entry is as it was sealed, each transaction has all of its entries and no more."""
    changed, removed = _by_break_glass()
    for batch, rows in groupby(_rows(), key=lambda row: row.batch):
        hashes: dict[int, bytes] = dict(removed.get(batch, {}))
        link: _Row | None = None
        for row in rows:
            link = row
            if row.entry is None:
                continue
            report.entries += 1
            sealed = _check_entry(report, row, changed)
            hashes[row.entry] = sealed
        assert link is not None  # noqa: S101 - groupby makes no empty group
        _check_batch(report, link, hashes, explained=len(removed.get(batch, {})))


def _check_entry(report: Report, row: _Row, changed: dict[int, list[dict[str, str]]]) -> bytes:
    """The hash that the entry was sealed with, when it was written first."""
    now = hash_of(row.text or "")
    if now != row.hash:
        report.add("the entry was changed", entry=row.entry)
        return row.hash or b""
    steps = changed.get(row.entry or 0)
    if not steps:
        return now
    report.explained += 1
    if steps[-1]["new_hash"] != now.hex():
        report.add("the entry was changed after the log was unlocked for it", entry=row.entry)
    return bytes.fromhex(steps[0]["hash"])


def _check_batch(report: Report, link: _Row, hashes: dict[int, bytes], *, explained: int) -> None:
    report.explained += explained
    first = min(hashes, default=link.batch)
    if link.digest is None:
        report.add("the entry is in no link of the chain: it was put in", entry=first)
    elif digest_of(hashes) != link.digest:
        there = len(hashes)
        what = (
            f"of {link.entries} entries of its transaction {there} are there"
            if there != link.entries
            else "the entries of its transaction are not those that were sealed"
        )
        report.add(what, entry=first, position=link.position)


def _by_break_glass() -> tuple[dict[int, list[dict[str, str]]], dict[int, dict[int, bytes]]]:
    """What was changed, step by step, and what was removed, by its batch, with the log unlocked."""
    changed: dict[int, list[dict[str, str]]] = {}
    removed: dict[int, dict[int, bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, object_id::bigint, details::text FROM audit_auditentry "
            "WHERE kind = ANY (%s) ORDER BY id",
            [[Kind.ENTRY_CHANGED.value, Kind.ENTRY_REMOVED.value]],
        )
        for kind, entry, text in cursor.fetchall():
            details: dict[str, str] = json.loads(text)
            if kind == Kind.ENTRY_CHANGED:
                changed.setdefault(entry, []).append(details)
            else:
                # What it was before it was changed for the first time is what the link holds.
                original = changed.get(entry, [details])[0]["hash"]
                removed.setdefault(int(details["batch"]), {})[entry] = bytes.fromhex(original)
    return changed, removed


def _links() -> Iterator[_Link]:
    text = link_text("l")
    yield from map(
        _Link._make,
        _read(
            f"SELECT position, batch, {text}, digest, previous, hash "  # noqa: S608 - our own text
            "FROM audit_chainlink l ORDER BY position"
        ),
    )


def _rows() -> Iterator[_Row]:
    """One statement, and so one moment: what is committed has its link."""
    text = canonical("e")
    yield from map(
        _Row._make,
        _read(
            f"SELECT batch, e.id, {text}, e.hash, l.position, l.entries, l.digest "  # noqa: S608
            "FROM audit_auditentry e FULL JOIN audit_chainlink l USING (batch) "
            "ORDER BY batch, e.id"
        ),
    )


def _read(statement: str) -> Iterator[tuple[Any, ...]]:
    with _server_side() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


@contextmanager
def _server_side() -> Iterator[CursorWrapper]:
    """A cursor whose rows stay in the server until they are asked for."""
    cursor = connection.chunked_cursor()
    try:
        yield cursor
    finally:
        cursor.close()
