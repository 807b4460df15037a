"""What makes the promises of orders true, whoever writes: states, lines, totals, receipts.

The lines carry a copy of their order's state, kept by a composite foreign key with ON UPDATE
CASCADE. It does two things at once: what is outstanding is a computed column of the line, and
nobody can add a line while the order leaves the state in which lines are added, because the
foreign key's check waits for the order's new state.

Locks are taken in one order everywhere: parts (by key), then the suppliers' advisory locks, then
orders and their lines.
"""

STATE_OF_ORDER = """
ALTER TABLE purchasing_orderline ADD CONSTRAINT purchasing_line_state_of_order
    FOREIGN KEY (order_id, order_state) REFERENCES purchasing_purchaseorder (id, state)
    ON UPDATE CASCADE;
"""

# Approving needs a second person when a limit says so, or when the amount cannot be judged.
APPROVAL = """
CREATE FUNCTION purchasing_needs_second_person(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM purchasing_approvallimit WHERE second_person_above IS NOT NULL)
       AND (EXISTS (SELECT 1 FROM purchasing_orderline WHERE order_id = wanted AND amount IS NULL)
            OR EXISTS (
                SELECT 1 FROM (SELECT currency, sum(amount) AS total FROM purchasing_orderline
                               WHERE order_id = wanted GROUP BY currency) t
                LEFT JOIN purchasing_approvallimit l ON l.currency = t.currency
                WHERE l.id IS NULL OR t.total > l.second_person_above))
$$;
CREATE FUNCTION purchasing_may_approve_itself(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT 1 FROM purchasing_orderline
                       WHERE order_id = wanted AND amount IS NULL)
       AND NOT EXISTS (
            SELECT 1 FROM (SELECT currency, sum(amount) AS total FROM purchasing_orderline
                           WHERE order_id = wanted GROUP BY currency) t
            LEFT JOIN purchasing_approvallimit l ON l.currency = t.currency
            WHERE l.automatic_up_to IS NULL OR t.total > l.automatic_up_to)
$$;
"""

GUARD_ORDER = """
CREATE FUNCTION purchasing_refuse(what text, refused_by text, why text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = what, CONSTRAINT = refused_by,
        MESSAGE = why;
END $$;
-- Whether a trigger of this schema is writing: anybody may have triggers on temporary tables,
-- but only those made here run as the owner.
CREATE FUNCTION purchasing_from_own_trigger(written oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_trigger_depth() > 1 AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = written), 'USAGE')
$$;
CREATE FUNCTION purchasing_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    t CONSTANT text := 'purchasing_purchaseorder';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_begins_as_draft',
                'An order begins as a draft.');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.origin, NEW.created_by_id) IS DISTINCT FROM
       (OLD.number, OLD.origin, OLD.created_by_id) THEN
        PERFORM purchasing_refuse(t, 'purchasing_order_identity_fixed',
            'Number, origin and author of an order stay.');
    END IF;
    IF NEW.supplier_id <> OLD.supplier_id AND OLD.state <> 'draft' THEN
        PERFORM purchasing_refuse(t, 'purchasing_order_only_drafts_change',
            'Only drafts change their supplier.');
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) IN (
        ('draft', 'approved'), ('draft', 'cancelled'), ('approved', 'draft'),
        ('approved', 'ordered'), ('approved', 'cancelled'), ('ordered', 'cancelled')
    ) THEN
        NULL;
    ELSIF purchasing_from_own_trigger(TG_RELID)
          AND OLD.state IN ('ordered', 'partial', 'received', 'closed')
          AND NEW.state IN ('ordered', 'partial', 'received', 'closed') THEN
        NULL;  -- follows from the lines
    ELSE
        PERFORM purchasing_refuse(t, 'purchasing_order_transition',
            format('An order does not go from %s to %s.', OLD.state, NEW.state));
    END IF;
    IF NEW.state = 'approved' THEN
        IF NOT EXISTS (SELECT 1 FROM purchasing_orderline WHERE order_id = OLD.id) THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_not_empty',
                'An order without lines cannot be approved.');
        END IF;
        IF NEW.changed_by_id IS NULL AND NOT (
            OLD.origin = 'imported'
            OR OLD.origin = 'automatic' AND purchasing_may_approve_itself(OLD.id)
        ) THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_approved_by_person',
                'A person approves, or the limits allow the order to approve itself.');
        END IF;
        IF NEW.changed_by_id IN (OLD.created_by_id, OLD.edited_by_id)
           AND purchasing_needs_second_person(OLD.id) THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_second_person',
                'Above the limit a person who neither made nor changed the order approves.');
        END IF;
        IF NEW.approved_by_id IS DISTINCT FROM NEW.changed_by_id THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_approver',
                'Who approves is who changes the state.');
        END IF;
    ELSIF NEW.state = 'cancelled' THEN
        IF EXISTS (SELECT 1 FROM purchasing_orderline
                   WHERE order_id = OLD.id AND received + taken_over > 0) THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_cancelled_untouched',
                'An order of which something was received is closed short, not cancelled.');
        END IF;
        IF EXISTS (SELECT 1 FROM purchasing_reorderproposal p
                   JOIN purchasing_orderline l ON l.id = p.line_id
                   WHERE l.order_id = OLD.id AND p.state = 'open') THEN
            PERFORM purchasing_refuse(t, 'purchasing_order_no_open_proposals',
                'Open proposals are dismissed before their draft is cancelled.');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_guard_order BEFORE INSERT OR UPDATE ON purchasing_purchaseorder
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_order();

CREATE FUNCTION purchasing_keep_time_line() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO purchasing_orderevent
        (order_id, kind, from_state, to_state, actor_id, occurred_at, reason, details)
    VALUES (NEW.id, 'state', OLD.state, NEW.state, NEW.changed_by_id, NEW.changed_at,
            NEW.change_reason, '{}');
    RETURN NULL;
END $$;
-- The name sorts before those of foreign keys ("RI_..."): what cascades from a change of state
-- can change it once more, and the time line has the two in their order.
CREATE TRIGGER "Purchasing_keep_time_line" AFTER UPDATE ON purchasing_purchaseorder
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION purchasing_keep_time_line();

CREATE FUNCTION purchasing_only_by_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT purchasing_from_own_trigger(TG_RELID) THEN
        PERFORM purchasing_refuse(TG_TABLE_NAME::text, TG_NAME::text,
            'Changes of state are written by the database.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_event_state_by_trigger BEFORE INSERT ON purchasing_orderevent
    FOR EACH ROW WHEN (NEW.kind = 'state')
    EXECUTE FUNCTION purchasing_only_by_trigger();
"""

GUARD_LINES = """
CREATE FUNCTION purchasing_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    t CONSTANT text := 'purchasing_orderline';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.order_state <> 'draft' THEN
            PERFORM purchasing_refuse(t, 'purchasing_line_only_in_drafts',
                'Only drafts take lines.');
        END IF;
        IF NEW.received <> 0 OR NEW.closed THEN
            PERFORM purchasing_refuse(t, 'purchasing_line_begins_untouched',
                'Nothing of a new line was received or closed.');
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.order_state <> 'draft' THEN
            PERFORM purchasing_refuse(t, 'purchasing_line_only_in_drafts',
                'Only drafts lose lines.');
        END IF;
        RETURN OLD;
    ELSIF OLD.order_state <> 'draft' AND
       (NEW.order_id, NEW.position, NEW.part_id, NEW.supplier_part_id, NEW.sku, NEW.description,
        NEW.quantity, NEW.pack_quantity, NEW.pack_unit, NEW.factor, NEW.unit_price, NEW.currency,
        NEW.tolerance_percent, NEW.taken_over) IS DISTINCT FROM
       (OLD.order_id, OLD.position, OLD.part_id, OLD.supplier_part_id, OLD.sku, OLD.description,
        OLD.quantity, OLD.pack_quantity, OLD.pack_unit, OLD.factor, OLD.unit_price, OLD.currency,
        OLD.tolerance_percent, OLD.taken_over) THEN
        PERFORM purchasing_refuse(t, 'purchasing_line_only_in_drafts',
            'Only lines of drafts change.');
    ELSIF NEW.order_id <> OLD.order_id OR NEW.taken_over <> OLD.taken_over THEN
        PERFORM purchasing_refuse(t, 'purchasing_line_identity_fixed',
            'A line stays with its order.');
    ELSIF NEW.received <> OLD.received AND pg_trigger_depth() <= 1 THEN
        PERFORM purchasing_refuse(t, 'purchasing_line_received_by_receipts',
            'Only receipts change what was received.');
    ELSIF NEW.closed <> OLD.closed AND
       OLD.order_state NOT IN ('ordered', 'partial', 'received', 'closed') THEN
        PERFORM purchasing_refuse(t, 'purchasing_line_closed_after_ordering',
            'Only lines of placed orders are closed short.');
    END IF;
    IF NEW.order_state = 'draft' AND NEW.supplier_part_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM catalog_supplierpart s
        JOIN purchasing_purchaseorder o ON o.supplier_id = s.supplier_id
        WHERE s.id = NEW.supplier_part_id AND s.part_id = NEW.part_id AND o.id = NEW.order_id
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_line_of_supplier',
            'A supplier part is of the part and of the supplier of its order.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_guard_line BEFORE INSERT OR UPDATE OR DELETE ON purchasing_orderline
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_line();
"""

# The totals of parts are summed anew, not added to: there is nothing that could drift. Lines are
# inserted and deleted in drafts only, which do not count, so that updates are all to look at.
KEEP_ON_ORDER = """
CREATE FUNCTION purchasing_sum_on_order(parts bigint[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM catalog_part WHERE id = ANY (parts) ORDER BY id FOR NO KEY UPDATE;
    UPDATE catalog_part p SET on_order = s.outstanding
    FROM (SELECT w.id, coalesce(sum(l.outstanding), 0) AS outstanding
          FROM unnest(parts) AS w(id)
          LEFT JOIN purchasing_orderline l ON l.part_id = w.id AND l.outstanding > 0
               AND l.order_state IN ('approved', 'ordered', 'partial')
          GROUP BY w.id) s
    WHERE p.id = s.id AND p.on_order <> s.outstanding;
END $$;
"""

# An order that is taken over as finished is placed with the day on which it was finished.
LINES_UPDATED = """
CREATE OR REPLACE FUNCTION purchasing_lines_updated() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM purchasing_sum_on_order(ARRAY(
        SELECT DISTINCT n.part_id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.outstanding, n.order_state) IS DISTINCT FROM (o.outstanding, o.order_state)));

    -- The state of a placed order follows from its lines.
    UPDATE purchasing_purchaseorder o SET
        state = d.state,
        finished_at = CASE WHEN d.state IN ('received', 'closed') THEN d.at END,
        changed_by_id = d.actor_id, changed_at = d.at, change_reason = d.reason
    FROM (
        SELECT c.order_id,
            CASE WHEN bool_and(l.done) AND bool_or(l.closed) THEN 'closed'
                 WHEN bool_and(l.done) THEN 'received'
                 WHEN bool_or(l.got > 0) THEN 'partial'
                 ELSE 'ordered' END AS state,
            c.actor_id, c.at, c.reason
        FROM (
            SELECT DISTINCT ON (n.order_id) n.order_id,
                CASE WHEN n.closed <> o.closed THEN n.closed_by_id
                     ELSE coalesce(r.actor_id, p.changed_by_id) END AS actor_id,
                CASE WHEN n.closed <> o.closed THEN n.closed_at
                     ELSE coalesce(r.occurred_at, p.finished_at, p.changed_at) END AS at,
                CASE WHEN n.closed <> o.closed THEN n.close_reason
                     ELSE coalesce(r.number, p.change_reason) END AS reason
            FROM new_rows n JOIN old_rows o USING (id)
            JOIN purchasing_purchaseorder p ON p.id = n.order_id
            LEFT JOIN LATERAL (
                SELECT g.number, g.actor_id, g.occurred_at FROM purchasing_goodsreceipt g
                WHERE g.order_id = n.order_id ORDER BY g.id DESC LIMIT 1
            ) r ON true
            WHERE n.order_state IN ('ordered', 'partial', 'received', 'closed')
              AND (n.received <> o.received OR n.closed <> o.closed
                   OR n.order_state <> o.order_state)
            ORDER BY n.order_id, (n.closed <> o.closed) DESC
        ) c
        JOIN LATERAL (
            SELECT closed, received + taken_over AS got,
                   closed OR received + taken_over >= quantity AS done
            FROM purchasing_orderline WHERE order_id = c.order_id
        ) l ON true
        GROUP BY c.order_id, c.actor_id, c.at, c.reason
    ) d
    WHERE o.id = d.order_id AND o.state <> d.state;
    RETURN NULL;
END $$;
"""

ON_LINES_UPDATED = """
CREATE TRIGGER purchasing_lines_updated AFTER UPDATE ON purchasing_orderline
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_lines_updated();
"""

RECEIPTS = """
CREATE FUNCTION purchasing_apply_receipts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t CONSTANT text := 'purchasing_goodsreceiptline';
BEGIN
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
        JOIN purchasing_orderline l ON l.id = n.order_line_id
        WHERE l.order_id <> r.order_id OR n.factor <> l.factor
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_of_order',
            'A receipt has lines of its own order, in their packs.');
    END IF;
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
        JOIN purchasing_purchaseorder o ON o.id = r.order_id
        JOIN purchasing_orderline l ON l.id = n.order_line_id
        WHERE r.reverses_id IS NULL
          AND (n.quantity < 0 OR l.closed OR o.state NOT IN ('ordered', 'partial', 'received'))
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_order_placed',
            'Only placed orders are received.');
    END IF;
    -- The lines of a reversal are those of what it reverses, all of them.
    IF EXISTS (
        SELECT 1 FROM
            (SELECT n.*, r.reverses_id FROM new_rows n
             JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
             WHERE r.reverses_id IS NOT NULL) n
            FULL JOIN
            (SELECT l.* FROM purchasing_goodsreceiptline l WHERE l.receipt_id IN (
                SELECT r.reverses_id FROM new_rows n
                JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id)) l
            ON l.receipt_id = n.reverses_id AND l.position = n.position
        WHERE (n.order_line_id, n.quantity, n.base_quantity, n.location_id) IS DISTINCT FROM
              (l.order_line_id, -l.quantity, -l.base_quantity, l.location_id)
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_reversal_mirrors',
            'A reversal is the exact reverse of one receipt.');
    END IF;
    UPDATE purchasing_orderline l SET received = l.received + d.quantity
    FROM (SELECT order_line_id, sum(quantity) AS quantity FROM new_rows
          GROUP BY order_line_id) d
    WHERE l.id = d.order_line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER purchasing_apply_receipts AFTER INSERT ON purchasing_goodsreceiptline
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_apply_receipts();
CREATE FUNCTION purchasing_receipt_not_reversed_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM purchasing_goodsreceipt
               WHERE id = NEW.reverses_id
                 AND (reverses_id IS NOT NULL OR order_id <> NEW.order_id)) THEN
        PERFORM purchasing_refuse('purchasing_goodsreceipt', 'purchasing_receipt_reverses_receipt',
            'A reversal reverses a receipt of the same order, and no reversal.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_receipt_not_reversed_twice BEFORE INSERT ON purchasing_goodsreceipt
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION purchasing_receipt_not_reversed_twice();
CREATE TRIGGER purchasing_receipt_posted_now BEFORE INSERT ON purchasing_goodsreceipt
    FOR EACH ROW
    WHEN (NEW.posted_at NOT BETWEEN transaction_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION stock_posted_now();

-- Document and ledger say the same, at the end of the transaction at the latest.
CREATE FUNCTION purchasing_receiptline_in_ledger() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.base_quantity IS DISTINCT FROM (
        SELECT sum(quantity) FROM stock_stockmovement WHERE receipt_line_id = NEW.id
    ) THEN
        PERFORM purchasing_refuse('purchasing_goodsreceiptline',
            'purchasing_receiptline_in_ledger', 'What is received is recorded in the ledger.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchasing_receiptline_in_ledger
    AFTER INSERT ON purchasing_goodsreceiptline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION purchasing_receiptline_in_ledger();

-- A movement of a receipt is reversed by the reversal of the receipt, so that the order knows.
CREATE FUNCTION purchasing_movement_of_receipt() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM stock_stockmovement m
        JOIN purchasing_goodsreceiptline o ON o.id = m.receipt_line_id
        LEFT JOIN purchasing_goodsreceiptline l ON l.id = NEW.receipt_line_id
        LEFT JOIN purchasing_goodsreceipt r ON r.id = l.receipt_id
        WHERE m.id = NEW.reverses_id
          AND (r.reverses_id, l.position) IS DISTINCT FROM (o.receipt_id, o.position)
    ) THEN
        PERFORM purchasing_refuse('stock_stockmovement', 'purchasing_movement_of_receipt',
            'A movement of a goods receipt is reversed by reversing the receipt.');
    END IF;
    IF NEW.receipt_line_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM purchasing_goodsreceiptline l
        JOIN purchasing_orderline o ON o.id = l.order_line_id
        JOIN purchasing_goodsreceipt r ON r.id = l.receipt_id
        WHERE l.id = NEW.receipt_line_id AND o.part_id = NEW.part_id
          AND l.location_id = NEW.location_id
          AND NEW.kind = CASE WHEN r.reverses_id IS NULL THEN 'receipt' ELSE 'correction' END
    ) THEN
        PERFORM purchasing_refuse('stock_stockmovement', 'purchasing_movement_of_receipt',
            'A movement says what its receipt says.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_movement_of_receipt BEFORE INSERT ON stock_stockmovement
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL OR NEW.receipt_line_id IS NOT NULL)
    EXECUTE FUNCTION purchasing_movement_of_receipt();
"""

PROPOSALS = """
CREATE FUNCTION purchasing_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            PERFORM purchasing_refuse('purchasing_reorderproposal',
                'purchasing_proposal_begins_open', 'A proposal begins open.');
        END IF;
    ELSIF OLD.state <> 'open' THEN
        PERFORM purchasing_refuse('purchasing_reorderproposal', 'purchasing_proposal_decided',
            'A decided proposal stays as it is.');
    ELSIF NEW.part_id <> OLD.part_id THEN
        PERFORM purchasing_refuse('purchasing_reorderproposal', 'purchasing_proposal_decided',
            'A proposal stays with its part.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_guard_proposal BEFORE INSERT OR UPDATE ON purchasing_reorderproposal
    FOR EACH ROW EXECUTE FUNCTION purchasing_guard_proposal();

-- Open proposals are on drafts: whoever approves an order decides about what is on it.
CREATE FUNCTION purchasing_proposals_of_draft() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM purchasing_reorderproposal p
               JOIN purchasing_orderline l ON l.id = p.line_id
               WHERE l.order_id = NEW.id AND p.state = 'open') THEN
        PERFORM purchasing_refuse('purchasing_purchaseorder',
            'purchasing_order_proposals_decided',
            'The proposals on an order are accepted when it is approved.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchasing_proposals_of_draft
    AFTER UPDATE ON purchasing_purchaseorder DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state <> 'draft')
    EXECUTE FUNCTION purchasing_proposals_of_draft();
"""

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
"""

INSTALL = (
    STATE_OF_ORDER,
    APPROVAL,
    GUARD_ORDER,
    GUARD_LINES,
    KEEP_ON_ORDER,
    LINES_UPDATED,
    ON_LINES_UPDATED,
    RECEIPTS,
    PROPOSALS,
    ROOM_FOR_CHANGES,
    NEVER_DELETED,
)

UNINSTALL = """
DROP TRIGGER purchasing_movement_of_receipt ON stock_stockmovement;
DROP FUNCTION purchasing_movement_of_receipt();
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
DROP TRIGGER "Purchasing_keep_time_line" ON purchasing_purchaseorder;
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
