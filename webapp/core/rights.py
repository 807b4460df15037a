"""What the application's database user may do: everything but change the schema or the past.

The owner of the database runs migrations and then ``manage.py grant_app_rights``; the running
application signs in as a user that has just these rights.
"""

from django.db import connection, transaction
from psycopg import sql

# Tables with fewer rights than SELECT, INSERT, UPDATE, DELETE.
NARROWED = {
    "audit_auditentry": "SELECT, INSERT",
    "audit_chainlink": "SELECT",
    "django_migrations": "SELECT",
    "stock_stocklevel": "SELECT",
    "stock_stockmovement": "SELECT, INSERT",
    "stock_stocktake": "SELECT, INSERT",
    "stock_stocktakeline": "SELECT, INSERT",
    "stock_ledgerverification": "SELECT, INSERT",
    "purchasing_documentnumber": "SELECT, INSERT, UPDATE",
    "purchasing_purchaseorder": "SELECT, INSERT, UPDATE",
    "purchasing_orderevent": "SELECT, INSERT",
    "purchasing_goodsreceipt": "SELECT, INSERT",
    "purchasing_goodsreceiptline": "SELECT, INSERT",
    "purchasing_reorderproposal": "SELECT, INSERT, UPDATE",
}
# Columns that only the database's own triggers write, with the rights of their owner.
KEPT_BY_TRIGGERS = {
    "catalog_part": ("on_hand", "on_order", "last_cost", "last_cost_currency", "last_cost_at"),
    "purchasing_orderline": ("received", "order_state", "taken_over"),
}


class NotOwnerError(Exception):
    """Tables of somebody else: PostgreSQL would only warn, and grant nothing."""


@transaction.atomic
def grant_app_rights(role: str) -> int:
    """Give `role` its rights on every table; returns the number of tables. Repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, pg_has_role(current_user, tableowner, 'USAGE') "
            "FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        owned = dict(cursor.fetchall())
        if strange := [table for table, own in owned.items() if not own]:
            raise NotOwnerError(", ".join(strange))
        tables = list(owned)
        name = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "REVOKE CREATE ON SCHEMA public FROM {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
        for table in tables:
            rights = sql.SQL(NARROWED.get(table, "SELECT, INSERT, UPDATE, DELETE"))
            target = sql.Identifier("public", table)
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(target, name))
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(rights, target, name))
        for table, kept in KEPT_BY_TRIGGERS.items():
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass "
                "AND attnum > 0 AND NOT attisdropped AND attname <> ALL (%s)",
                [f"public.{table}", list(kept)],
            )
            columns = sql.SQL(", ").join(sql.Identifier(row[0]) for row in cursor.fetchall())
            target = sql.Identifier("public", table)
            cursor.execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(target, name))
            cursor.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(columns, target, name))
    return len(tables)
