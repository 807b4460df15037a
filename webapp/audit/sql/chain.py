"""The chain: one link a transaction, added as the last act before its commit.

Writers wait for one another only from there to the end of the commit, however long their
transactions are. A link is opened by a deferred trigger, and closed by a deferred trigger of that
link: so it is closed after every other deferred check of the transaction, in a second round. A
foreign key that was checked with the chain locked could wait for somebody who waits for the chain.
"""

from audit.sql.entries import utc


def link_text(row: str) -> str:
    """What a link says, as one text; `row` is what the statement calls it."""
    return f"""concat_ws('|', {row}.position, {row}.batch,
        {utc(f"{row}.at")}, {row}.entries,
        encode({row}.digest, 'hex'), encode({row}.previous, 'hex'))"""


_OPEN_LINK = """
CREATE FUNCTION audit_open_link() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_chainlink (batch) VALUES (NEW.id);
    RETURN NULL;
END $$;

"""
# Its plans are kept: everybody else who commits waits meanwhile, and PostgreSQL would plan anew for
# each transaction.
CLOSE_LINK = f"""
CREATE OR REPLACE FUNCTION audit_close_link() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    link audit_chainlink := NEW;
    last record;
BEGIN
    -- Whatever is written after this belongs to another link.
    PERFORM set_config('audit.batch', '', true);
    SELECT count(*), sha256(coalesce(string_agg(hash, '' ORDER BY id), '')) INTO
        link.entries, link.digest FROM audit_auditentry WHERE batch = NEW.batch;
    PERFORM pg_advisory_xact_lock(hashtextextended('audit chain', 0));
    SELECT position, hash INTO last FROM audit_chainlink
        WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1;
    link.position := coalesce(last.position, 0) + 1;
    link.previous := coalesce(last.hash, '');
    link.at := clock_timestamp();
    UPDATE audit_chainlink SET position = link.position, at = link.at, entries = link.entries,
        digest = link.digest, previous = link.previous,
        hash = sha256(convert_to({link_text("link")}, 'UTF8'))
    WHERE batch = NEW.batch;
    RETURN NULL;
END $$;
"""  # noqa: S608 - our own names
_TRIGGERS = """
CREATE CONSTRAINT TRIGGER audit_open_link AFTER INSERT ON audit_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id = NEW.batch)
    EXECUTE FUNCTION audit_open_link();
CREATE CONSTRAINT TRIGGER audit_close_link AFTER INSERT ON audit_chainlink
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_close_link();
"""
CHAIN = _OPEN_LINK + CLOSE_LINK + _TRIGGERS
DROP_CHAIN = """
DROP TRIGGER audit_open_link ON audit_auditentry;
DROP TRIGGER audit_close_link ON audit_chainlink;
DROP FUNCTION audit_open_link();
DROP FUNCTION audit_close_link();
"""
