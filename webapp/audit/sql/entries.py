"""Entries: written by the triggers of all tables, completed and sealed by one of their own."""


def utc(column: str) -> str:
    """A time as the sealed texts and the export have it, whatever the session's time zone."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def canonical(row: str) -> str:
    """Everything that an entry says, as one text that is the same on every machine and in every
    session, so that `audit.verification` can compute the hash again outside of the database.

    :param row: what the statement calls the entry
    """
    return f"""jsonb_build_array(
    {row}.id, {row}.batch,
    {utc(f"{row}.at")},
    {row}.kind, {row}.model, {row}.object_id, {row}.object_label, {row}.root_model, {row}.root_id,
    {row}.actor_id, {row}.actor_name, host({row}.address), {row}.request_id, {row}.source,
    {row}.db_user, {row}.before, {row}.after, {row}.details)::text"""


# Nothing in an entry about who, when and from where comes from the statement that writes it.
# The transaction's first entry gives its id to all others; the setting that remembers it is
# rolled back together with the entry.
SEAL = f"""
CREATE FUNCTION audit_seal_entry() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := nullif(current_setting('audit.context', true), '')::jsonb;
    begun text[] := string_to_array(current_setting('audit.batch', true), ':');
    is_owner boolean;
BEGIN
    IF pg_trigger_depth() = 1 AND NOT NEW.kind = ANY (TG_ARGV) THEN
        -- Not current_user: this function runs as its owner.
        SELECT pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user),
                           relowner, 'USAGE') INTO is_owner
            FROM pg_class WHERE oid = TG_RELID;
        IF NEW.kind <> 'break_glass' OR NOT is_owner THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME,
                CONSTRAINT = TG_NAME,
                MESSAGE = format('Entries of the kind %s are written by triggers.', NEW.kind);
        END IF;
    END IF;
    NEW.at := clock_timestamp();
    NEW.actor_id := (context ->> 'actor_id')::bigint;
    NEW.actor_name := coalesce(context ->> 'actor_name', '');
    NEW.address := nullif(context ->> 'address', '')::inet;
    NEW.request_id := left(coalesce(context ->> 'request_id', ''), 64);
    NEW.source := left(coalesce(nullif(context ->> 'source', ''),
                                current_setting('application_name')), 100);
    NEW.db_user := session_user;
    NEW.model := coalesce(NEW.model, '');
    NEW.object_id := coalesce(NEW.object_id, '');
    NEW.object_label := coalesce(NEW.object_label, '');
    NEW.root_model := coalesce(NEW.root_model, '');
    NEW.root_id := coalesce(NEW.root_id, '');
    IF begun[1] = pg_current_xact_id()::text THEN
        NEW.batch := begun[2]::bigint;
    ELSE
        NEW.batch := NEW.id;
        PERFORM set_config('audit.batch', pg_current_xact_id() || ':' || NEW.id, true);
    END IF;
    NEW.hash := sha256(convert_to({canonical("NEW")}, 'UTF8'));
    RETURN NEW;
END $$;
"""  # noqa: S608 - our own names

# One statement, one call, whether it changed one row or a hundred thousand.
# Arguments: model, name of the key, columns of the label, model and column of the whole,
# columns to leave out, columns of which only the fact is told.
CHANGES = """
CREATE FUNCTION audit_columns(list text) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN string_to_array(nullif(list, ''), ',');

CREATE FUNCTION audit_hide(doc jsonb, secret text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT doc || coalesce((SELECT jsonb_object_agg(name, '***') FROM unnest(secret) AS name
                            WHERE doc ? name AND doc ->> name <> ''), '{}')
$$;

CREATE FUNCTION audit_label(doc jsonb, columns text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(coalesce(string_agg(doc ->> name, ' ' ORDER BY place), ''), 300)
    FROM unnest(columns) WITH ORDINALITY AS c(name, place) WHERE doc ->> name <> ''
$$;

CREATE FUNCTION audit_record_changes() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    own constant text := TG_ARGV[0];
    key constant text := TG_ARGV[1];
    label constant text[] := audit_columns(TG_ARGV[2]);
    root constant text := coalesce(nullif(TG_ARGV[3], ''), own);
    root_key constant text := coalesce(nullif(TG_ARGV[4], ''), key);
    ignored constant text[] := coalesce(audit_columns(TG_ARGV[5]), '{}');
    secret constant text[] := coalesce(audit_columns(TG_ARGV[6]), '{}');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_auditentry
            (kind, model, object_id, object_label, root_model, root_id, after)
        SELECT 'created', own, doc ->> key, audit_label(doc, label), root, doc ->> root_key,
               jsonb_strip_nulls(audit_hide(doc - ignored, secret))
        FROM (SELECT to_jsonb(n) AS doc FROM new_rows n) AS r;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_auditentry
            (kind, model, object_id, object_label, root_model, root_id, before)
        SELECT 'deleted', own, doc ->> key, audit_label(doc, label), root, doc ->> root_key,
               jsonb_strip_nulls(audit_hide(doc - ignored, secret))
        FROM (SELECT to_jsonb(o) AS doc FROM old_rows o) AS r;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO audit_auditentry
            (kind, model, object_id, object_label, root_model, root_id, before, after)
        SELECT 'changed', own, coalesce(n.doc, o.doc) ->> key,
               audit_label(coalesce(n.doc, o.doc), label), root,
               coalesce(n.doc, o.doc) ->> root_key,
               audit_hide(changed.before, secret), audit_hide(changed.after, secret)
        FROM (SELECT to_jsonb(r) AS doc FROM old_rows r) AS o
        FULL JOIN (SELECT to_jsonb(r) AS doc FROM new_rows r) AS n
            ON n.doc -> key = o.doc -> key
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(name, o.doc -> name) AS before,
                   jsonb_object_agg(name, n.doc -> name) AS after
            FROM jsonb_object_keys(coalesce(n.doc, o.doc)) AS name
            WHERE o.doc -> name IS DISTINCT FROM n.doc -> name AND name <> ALL (ignored)
        ) AS changed
        WHERE changed.after IS NOT NULL;
    ELSE
        INSERT INTO audit_auditentry (kind, model, root_model) VALUES ('emptied', own, root);
    END IF;
    RETURN NULL;
END $$;
"""
DROP_SEAL = "DROP FUNCTION audit_seal_entry();"
# CASCADE: the triggers of all tables, which the migration of this application does not know.
DROP_CHANGES = """
DROP FUNCTION audit_record_changes() CASCADE;
DROP FUNCTION audit_label(jsonb, text[]);
DROP FUNCTION audit_hide(jsonb, text[]);
DROP FUNCTION audit_columns(text);
"""
