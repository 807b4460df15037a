"""Proposals: open until decided, and decided when their order is approved."""

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
    IF NEW.state = 'open' AND NEW.line_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM purchasing_orderline
        WHERE id = NEW.line_id AND part_id = NEW.part_id AND order_state = 'draft'
    ) THEN
        PERFORM purchasing_refuse('purchasing_reorderproposal', 'purchasing_proposal_on_draft',
            'An open proposal is a line of its part on a draft.');
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
