"""Lines: what may change when, what is on order, and the state that follows from them."""

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
                     WHEN r.number IS NULL THEN p.changed_by_id
                     ELSE r.actor_id END AS actor_id,
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

# What is on order of a part is added up over orders, and so in one unit.
UNIT_OF_ORDERS = """
CREATE FUNCTION purchasing_unit_of_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM purchasing_orderline WHERE part_id = NEW.id) THEN
        PERFORM purchasing_refuse('catalog_part', 'catalog_part_unit_of_orders',
            'The unit cannot change: the part was ordered in it.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER catalog_part_unit_of_orders AFTER UPDATE OF unit ON catalog_part
    FOR EACH ROW WHEN (OLD.unit <> NEW.unit) EXECUTE FUNCTION purchasing_unit_of_orders();
"""
