"""Orders: their state, who may approve, and the time line."""

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
-- What cascades from a change of state can change it once more. PostgreSQL runs the triggers of
-- what a foreign key cascades after all of this statement, so that the time line has the two in
-- their order.
CREATE TRIGGER purchasing_keep_time_line AFTER UPDATE ON purchasing_purchaseorder
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
