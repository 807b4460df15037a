"""Rows on their way into tables: identities reserved from the sequences, loaded by COPY."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

type Row = tuple[object, ...]


@dataclass(frozen=True)
class Table:
    """A table and the columns that a generator gives; ``id`` is always the first."""

    name: str
    columns: tuple[str, ...]


CATEGORIES = Table("catalog_category", (
    "id", "parent_id", "name_en", "name_ja", "path", "path_ja", "description",
))  # fmt: skip
LOCATIONS = Table("stock_location", (
    "id", "parent_id", "name_en", "name_ja", "path", "path_ja", "description", "active",
))  # fmt: skip
SUPPLIERS = Table("catalog_supplier", (
    "id", "name", "currency", "website", "email", "notes", "active",
))  # fmt: skip
PARTS = Table("catalog_part", (
    "id", "number", "name_ja", "name_en", "description_ja", "description_en", "category_id",
    "unit", "tracking", "reorder_point", "target_quantity", "reorder_quantity",
    "lead_time_days", "picture", "active", "created_at", "updated_at", "on_hand", "on_order",
    "last_cost_currency",
))  # fmt: skip
SUPPLIER_PARTS = Table("catalog_supplierpart", (
    "id", "part_id", "supplier_id", "sku", "description", "pack_quantity", "pack_unit",
    "minimum_order_quantity", "price_break_quantity", "unit_price", "currency",
    "lead_time_days", "preferred", "active",
))  # fmt: skip
LOTS = Table("stock_lot", (
    "id", "part_id", "code", "serial", "expires_on", "notes", "created_at",
))  # fmt: skip
STOCKTAKES = Table("stock_stocktake", (
    "id", "location_id", "reason", "actor_id", "occurred_at", "posted_at", "idempotency_key",
))  # fmt: skip
STOCKTAKE_LINES = Table("stock_stocktakeline", (
    "id", "stocktake_id", "part_id", "lot_id", "expected", "counted",
))  # fmt: skip
MOVEMENTS = Table("stock_stockmovement", (
    "id", "kind", "part_id", "location_id", "lot_id", "quantity", "unit_cost", "currency",
    "reason", "stocktake_id", "reverses_id", "actor_id", "occurred_at", "posted_at",
    "idempotency_key", "line", "receipt_line_id",
))  # fmt: skip
ORDERS = Table("purchasing_purchaseorder", (
    "id", "number", "supplier_id", "state", "origin", "collecting", "destination_id",
    "expected_on", "notes", "supplier_reference", "created_by_id", "created_at", "edited_by_id",
    "approval_requested_at", "approved_at", "approved_by_id", "ordered_at", "finished_at",
    "changed_by_id", "changed_at", "change_reason", "version",
))  # fmt: skip
ORDER_LINES = Table("purchasing_orderline", (
    "id", "order_id", "order_state", "position", "part_id", "supplier_part_id", "sku",
    "description", "quantity", "pack_quantity", "pack_unit", "factor", "unit_price", "currency",
    "tolerance_percent", "taken_over", "received", "closed", "closed_by_id", "closed_at",
    "close_reason",
))  # fmt: skip
ORDER_EVENTS = Table("purchasing_orderevent", (
    "id", "order_id", "kind", "from_state", "to_state", "actor_id", "occurred_at",
    "recorded_at", "reason", "details",
))  # fmt: skip
PROPOSALS = Table("purchasing_reorderproposal", (
    "id", "part_id", "supplier_part_id", "line_id", "state", "on_hand", "on_order", "drafted",
    "reorder_point", "target_quantity", "reorder_quantity", "wanted", "factor", "minimum_packs",
    "packs", "fixed", "created_at", "computed_at", "decided_by_id", "decided_at", "reason",
))  # fmt: skip
RECEIPTS = Table("purchasing_goodsreceipt", (
    "id", "number", "order_id", "reverses_id", "delivery_note", "reason", "actor_id",
    "occurred_at", "posted_at", "idempotency_key",
))  # fmt: skip
RECEIPT_LINES = Table("purchasing_goodsreceiptline", (
    "id", "receipt_id", "position", "order_line_id", "quantity", "factor", "base_quantity",
    "location_id",
))  # fmt: skip
PURCHASING = (ORDERS, ORDER_LINES, ORDER_EVENTS, PROPOSALS, RECEIPTS, RECEIPT_LINES)


class Identities:
    """Hands out the keys of a table, following those that its sequence gave before."""

    def __init__(self, table: Table) -> None:
        self._table = table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')), 0)",
                [table.name],
            )
            self._last: int = cursor.fetchone()[0]

    def next(self) -> int:
        self._last += 1
        return self._last

    def keep(self) -> None:
        """Move the sequence past the keys handed out, so that later rows get later keys."""
        if self._last:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                    [self._table.name, self._last],
                )


def copy_into(table: Table, rows: Iterable[Row]) -> None:
    """Load rows by one COPY: for the ledger's trigger a single statement."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column) for column in table.columns),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def unguarded(*tables: Table) -> Iterator[None]:
    """The triggers of tables are off inside, as only their owner may switch them.

    The caller holds a transaction: what interrupts it switches them on again.
    """
    with connection.cursor() as cursor:
        _switch(cursor, tables, "DISABLE")
        yield
        _switch(cursor, tables, "ENABLE")


def _switch(cursor: CursorWrapper, tables: Iterable[Table], what: str) -> None:
    # PostgreSQL alters no table that the foreign keys of new rows still wait for.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        statement = sql.SQL("ALTER TABLE {} {} TRIGGER USER")
        cursor.execute(statement.format(sql.Identifier(table.name), sql.SQL(what)))
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def analyze(*tables: Table) -> None:
    """Tell the planner, and the plans kept by triggers, how large the tables have become."""
    names = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(names))


def vacuum() -> None:
    """What the database would do by itself some minutes later, and plans poorly until then.

    Only outside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
