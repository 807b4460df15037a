"""The log as a file that anybody can verify without this system.

Each line has the sealed text of its entry, whose SHA-256 is the entry's hash, and the values of its
link: the digest is the SHA-256 of the hashes of all entries of the transaction, in the order of
their numbers; the link's hash is the SHA-256 of position, batch, time, number of entries, digest
and previous hash, joined by ``|``. docs/audit.md says it with an example.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from audit.models import AuditEntry
from audit.sql.entries import canonical, utc
from exchange.writers import csv_chunks

ROWS_AT_ONCE = 2000


def _hex(column: str) -> str:
    return f"encode({column}, 'hex')"


# The names stay as they are in every language: programs read them.
COLUMNS = {
    "id": "e.id",
    "batch": "e.batch",
    "at": utc("e.at"),
    "kind": "e.kind",
    "model": "e.model",
    "object_id": "e.object_id",
    "object_label": "e.object_label",
    "root_model": "e.root_model",
    "root_id": "e.root_id",
    "actor_id": "e.actor_id",
    "actor_name": "e.actor_name",
    "address": "host(e.address)",
    "request_id": "e.request_id",
    "source": "e.source",
    "db_user": "e.db_user",
    "before": "e.before::text",
    "after": "e.after::text",
    "details": "e.details::text",
    "hash": _hex("e.hash"),
    "link_position": "l.position",
    "link_at": utc("l.at"),
    "link_entries": "l.entries",
    "link_digest": _hex("l.digest"),
    "link_previous": _hex("l.previous"),
    "link_hash": _hex("l.hash"),
    "sealed": canonical("e"),
}


def csv_of(rows: "QuerySet[AuditEntry]") -> Iterator[bytes]:
    """The rows with their links, oldest first as the chain runs; made while it is sent."""
    return csv_chunks(list(COLUMNS), _lines(rows))


def _lines(rows: "QuerySet[AuditEntry]") -> Iterator[tuple[Any, ...]]:
    chosen, parameters = _every_column(rows).query.sql_with_params()
    wanted = ", ".join(COLUMNS.values())
    # A cursor that lives in a transaction: outside of one the server would first copy all rows.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {wanted} FROM ({chosen}) AS e "  # noqa: S608 - our own names
            "LEFT JOIN audit_chainlink l ON l.batch = e.batch ORDER BY e.id",
            parameters,
        )
        while fetched := cursor.fetchmany(ROWS_AT_ONCE):
            yield from fetched


def _every_column(rows: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
    """Nothing deferred or computed, in no order: the columns as they are stored."""
    columns = [field.name for field in AuditEntry._meta.concrete_fields]
    return rows.order_by().values_list(*columns)
