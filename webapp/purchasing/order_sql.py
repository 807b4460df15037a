"""What makes the promises of orders true, whoever writes: states, lines, totals, receipts.

The lines carry a copy of their order's state, kept by a composite foreign key with ON UPDATE
CASCADE. It does two things at once: what is outstanding is a computed column of the line, and
nobody can add a line while the order leaves the state in which lines are added, because the
foreign key's check waits for the order's new state.

Locks are taken in one order everywhere: parts (by key), then the suppliers' advisory locks, then
orders and their lines.
"""

from purchasing.sql.lines import (
    GUARD_LINES,
    KEEP_ON_ORDER,
    LINES_UPDATED,
    ON_LINES_UPDATED,
    UNIT_OF_ORDERS,
)
from purchasing.sql.orders import APPROVAL, GUARD_ORDER, STATE_OF_ORDER
from purchasing.sql.proposals import PROPOSALS
from purchasing.sql.receipts import RECEIPTS

# Orders and lines change often after they were written.
ROOM_FOR_CHANGES = """
ALTER TABLE purchasing_purchaseorder SET (fillfactor = 80);
ALTER TABLE purchasing_orderline SET (fillfactor = 80);
"""

NEVER_DELETED = """
CREATE FUNCTION purchasing_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME,
        MESSAGE = format('%s of %s is refused: its rows stay.', TG_OP, TG_TABLE_NAME),
        HINT = 'Cancel the order, or dismiss the proposal.';
END $$;
CREATE TRIGGER purchasing_order_never_deleted BEFORE DELETE ON purchasing_purchaseorder
    FOR EACH ROW EXECUTE FUNCTION purchasing_never_deleted();
CREATE TRIGGER purchasing_order_no_truncate BEFORE TRUNCATE ON purchasing_purchaseorder
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_never_deleted();
CREATE TRIGGER purchasing_orderline_no_truncate BEFORE TRUNCATE ON purchasing_orderline
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_never_deleted();
CREATE TRIGGER purchasing_proposal_never_deleted BEFORE DELETE ON purchasing_reorderproposal
    FOR EACH ROW EXECUTE FUNCTION purchasing_never_deleted();
CREATE TRIGGER purchasing_proposal_no_truncate BEFORE TRUNCATE ON purchasing_reorderproposal
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_never_deleted();
"""

INSTALL = (
    STATE_OF_ORDER,
    APPROVAL,
    GUARD_ORDER,
    GUARD_LINES,
    KEEP_ON_ORDER,
    LINES_UPDATED,
    ON_LINES_UPDATED,
    UNIT_OF_ORDERS,
    RECEIPTS,
    PROPOSALS,
    ROOM_FOR_CHANGES,
    NEVER_DELETED,
)

UNINSTALL = """
DROP TRIGGER catalog_part_unit_of_orders ON catalog_part;
DROP FUNCTION purchasing_unit_of_orders();
DROP TRIGGER purchasing_movement_of_receipt ON stock_stockmovement;
DROP FUNCTION purchasing_movement_of_receipt();
DROP TRIGGER purchasing_movements_of_receipt ON stock_stockmovement;
DROP FUNCTION purchasing_movements_of_receipt();
DROP TRIGGER purchasing_proposal_no_truncate ON purchasing_reorderproposal;
DROP TRIGGER purchasing_proposal_never_deleted ON purchasing_reorderproposal;
DROP TRIGGER purchasing_guard_proposal ON purchasing_reorderproposal;
DROP FUNCTION purchasing_guard_proposal();
DROP TRIGGER purchasing_receiptline_in_ledger ON purchasing_goodsreceiptline;
DROP FUNCTION purchasing_receiptline_in_ledger();
DROP TRIGGER purchasing_apply_receipts ON purchasing_goodsreceiptline;
DROP FUNCTION purchasing_apply_receipts();
DROP TRIGGER purchasing_receipt_posted_now ON purchasing_goodsreceipt;
DROP TRIGGER purchasing_receipt_not_reversed_twice ON purchasing_goodsreceipt;
DROP FUNCTION purchasing_receipt_not_reversed_twice();
DROP TRIGGER purchasing_orderline_no_truncate ON purchasing_orderline;
DROP TRIGGER purchasing_lines_updated ON purchasing_orderline;
DROP FUNCTION purchasing_lines_updated();
DROP FUNCTION purchasing_sum_on_order(bigint[]);
DROP TRIGGER purchasing_guard_line ON purchasing_orderline;
DROP FUNCTION purchasing_guard_line();
ALTER TABLE purchasing_orderline DROP CONSTRAINT purchasing_line_state_of_order;
DROP TRIGGER purchasing_event_state_by_trigger ON purchasing_orderevent;
DROP FUNCTION purchasing_only_by_trigger();
DROP TRIGGER purchasing_order_no_truncate ON purchasing_purchaseorder;
DROP TRIGGER purchasing_order_never_deleted ON purchasing_purchaseorder;
DROP TRIGGER purchasing_proposals_of_draft ON purchasing_purchaseorder;
DROP TRIGGER purchasing_keep_time_line ON purchasing_purchaseorder;
DROP TRIGGER purchasing_guard_order ON purchasing_purchaseorder;
DROP FUNCTION purchasing_never_deleted();
DROP FUNCTION purchasing_proposals_of_draft();
DROP FUNCTION purchasing_keep_time_line();
DROP FUNCTION purchasing_guard_order();
DROP FUNCTION purchasing_from_own_trigger(oid);
DROP FUNCTION purchasing_refuse(text, text, text);
DROP FUNCTION purchasing_may_approve_itself(bigint);
DROP FUNCTION purchasing_needs_second_person(bigint);
"""
