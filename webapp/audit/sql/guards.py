"""Append-only, but for a break-glass that leaves its own mark.

Broken is the glass for one transaction, by its first statement,
``SELECT audit_break_glass('why')``, and by the owner of the tables alone. Each row that is
then changed or removed leaves an entry with the hash it had, so that the chain can still be proved.
"""

from audit.sql.entries import canonical

GUARDS = """
CREATE FUNCTION audit_break_glass(reason text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    IF length(trim(coalesce(reason, ''))) < 10 THEN
        RAISE EXCEPTION 'Say in the reason why the audit log has to be changed.';
    END IF;
    INSERT INTO audit_auditentry (kind, model, root_model, details)
        VALUES ('break_glass', 'audit.auditentry', 'audit.auditentry',
                jsonb_build_object('reason', reason))
        RETURNING id INTO entry;
    RETURN entry;
END $$;
REVOKE EXECUTE ON FUNCTION audit_break_glass FROM PUBLIC;

CREATE FUNCTION audit_guard_entry() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Anybody can write the setting; nobody the row of this very transaction that it must name.
    begun bigint := nullif(split_part(current_setting('audit.batch', true), ':', 2), '')::bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' OR NOT EXISTS (
        SELECT 1 FROM audit_auditentry WHERE id = begun AND kind = 'break_glass'
            AND xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME,
            MESSAGE = format('%s of %s is refused: the log only grows.', TG_OP, TG_TABLE_NAME),
            HINT = 'docs/audit.md says what can be done, and what it leaves behind.';
    END IF;
    IF OLD.kind IN ('break_glass', 'entry_changed', 'entry_removed') THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME,
            MESSAGE = 'What tells of changes to the audit log cannot be changed itself.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        INSERT INTO audit_auditentry (kind, model, object_id, root_model, root_id, details)
            VALUES ('entry_removed', 'audit.auditentry', OLD.id::text, 'audit.auditentry',
                    OLD.id::text, jsonb_build_object('hash', encode(OLD.hash, 'hex'),
                                                     'batch', OLD.batch));
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.batch) IS DISTINCT FROM (OLD.id, OLD.batch) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME, MESSAGE = 'An entry keeps its place.';
    END IF;
    NEW.hash := sha256(convert_to(@CANONICAL@, 'UTF8'));
    INSERT INTO audit_auditentry (kind, model, object_id, root_model, root_id, details)
        VALUES ('entry_changed', 'audit.auditentry', OLD.id::text, 'audit.auditentry',
                OLD.id::text, jsonb_build_object('hash', encode(OLD.hash, 'hex'),
                                                 'new_hash', encode(NEW.hash, 'hex')));
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_guard_entry();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard_entry();

CREATE FUNCTION audit_guard_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND OLD.position IS NULL
       AND OLD.batch = NEW.batch THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 AND NEW.position IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME,
        MESSAGE = format('%s of %s is refused: the chain only grows.', TG_OP, TG_TABLE_NAME);
END $$;
CREATE TRIGGER audit_link_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit_chainlink
    FOR EACH ROW EXECUTE FUNCTION audit_guard_link();
CREATE TRIGGER audit_link_no_truncate BEFORE TRUNCATE ON audit_chainlink
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard_link();
""".replace("@CANONICAL@", canonical("NEW"))
DROP_GUARDS = """
DROP TRIGGER audit_entry_append_only ON audit_auditentry;
DROP TRIGGER audit_entry_no_truncate ON audit_auditentry;
DROP TRIGGER audit_link_append_only ON audit_chainlink;
DROP TRIGGER audit_link_no_truncate ON audit_chainlink;
DROP FUNCTION audit_guard_entry();
DROP FUNCTION audit_guard_link();
DROP FUNCTION audit_break_glass(text);
"""
