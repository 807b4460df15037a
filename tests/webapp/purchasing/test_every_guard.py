"""The list of everything that the database guards of orders."""

from django.db import connection
from django.db.backends.utils import CursorWrapper

from purchasing.order_sql import INSTALL, UNINSTALL

CONSTRAINTS_AND_TRIGGERS = """
SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u')
    AND conrelid::regclass::text LIKE 'purchasing_%'
    AND conname NOT LIKE '%\\_check'  -- Django's own, of positive numbers
UNION
SELECT indexname FROM pg_indexes WHERE tablename LIKE 'purchasing_%'
    AND indexdef LIKE 'CREATE UNIQUE%' AND indexname NOT LIKE '%\\_pkey'
UNION
SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgfoid::regproc::text LIKE 'purchasing_%'
"""
MADE_BY_SQL = """
SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    AND (tgfoid::regproc::text LIKE 'purchasing_%' OR tgname = 'purchasing_receipt_posted_now')
UNION SELECT proname FROM pg_proc WHERE proname LIKE 'purchasing_%'
UNION SELECT conname FROM pg_constraint WHERE conname = 'purchasing_line_state_of_order'
"""


def names(cursor: CursorWrapper, question: str) -> set[str]:
    cursor.execute(question)
    return {row[0] for row in cursor.fetchall()}


def test_every_promise_of_orders_has_its_constraint_or_trigger(db: None) -> None:
    """A new one is named here, and is broken on purpose in one of the tests beside this one."""
    with connection.cursor() as cursor:
        found = names(cursor, CONSTRAINTS_AND_TRIGGERS)

    assert found == {
        "catalog_part_unit_of_orders",
        "purchasing_apply_receipts",
        "purchasing_approvallimit_currency_key",
        "purchasing_event_state_by_trigger",
        "purchasing_event_states",
        "purchasing_goodsreceipt_idempotency_key_key",
        "purchasing_goodsreceipt_number_key",
        "purchasing_goodsreceipt_reverses_id_key",
        "purchasing_guard_line",
        "purchasing_guard_order",
        "purchasing_guard_proposal",
        "purchasing_keep_time_line",
        "purchasing_limit_automatic_below_second_person",
        "purchasing_limit_second_person_not_negative",
        "purchasing_line_closed_with_reason",
        "purchasing_line_not_over_received",
        "purchasing_line_pack_positive",
        "purchasing_line_position",
        "purchasing_line_price_has_currency",
        "purchasing_line_quantity_positive",
        "purchasing_line_received_not_negative",
        "purchasing_line_tolerance_percent",
        "purchasing_lines_updated",
        "purchasing_movement_of_receipt",
        "purchasing_movements_of_receipt",
        "purchasing_number_once",
        "purchasing_number_six_digits",
        "purchasing_order_approved_when",
        "purchasing_order_approver_has_time",
        "purchasing_order_never_deleted",
        "purchasing_order_no_truncate",
        "purchasing_order_number_unique",
        "purchasing_order_one_collecting_draft",
        "purchasing_order_only_automatic_drafts_collect",
        "purchasing_order_ordered_when",
        "purchasing_order_origin_known",
        "purchasing_order_state",
        "purchasing_order_state_known",
        "purchasing_orderline_no_truncate",
        "purchasing_proposal_decided_when",
        "purchasing_proposal_dismissed_until",
        "purchasing_proposal_never_deleted",
        "purchasing_proposal_no_truncate",
        "purchasing_proposal_on_order",
        "purchasing_proposal_one_open",
        "purchasing_proposal_state_known",
        "purchasing_proposal_wants_something",
        "purchasing_proposals_of_draft",
        "purchasing_purchaseorder_idempotency_key_key",
        "purchasing_receipt_not_reversed_twice",
        "purchasing_receipt_reversal_has_reason",
        "purchasing_receiptline_converted",
        "purchasing_receiptline_in_ledger",
        "purchasing_receiptline_not_zero",
        "purchasing_receiptline_position",
        "purchasing_reorderproposal_line_id_key",
    }


def test_what_the_migration_installs_can_be_taken_away_and_put_back(
    owner_cursor: CursorWrapper,
) -> None:
    installed = names(owner_cursor, MADE_BY_SQL)

    owner_cursor.execute(UNINSTALL)
    assert names(owner_cursor, MADE_BY_SQL) == set()

    owner_cursor.execute("\n".join(INSTALL))
    assert names(owner_cursor, MADE_BY_SQL) == installed
