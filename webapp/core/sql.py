"""Helpers for migrations that install functions and triggers."""

from django.db.migrations import RunSQL


def append_only(table: str) -> RunSQL:
    """An operation that makes the database refuse UPDATE, DELETE and TRUNCATE of `table`.

    Whoever asks, the table's owner included. Needs the function ``refuse_change``.
    """
    return RunSQL(
        sql=f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
""",
        reverse_sql=f"""
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
""",
    )


def tree_triggers(table: str) -> RunSQL:
    """An operation that lets the database keep the paths of a tree, and refuse cycles.

    Changes of one tree wait for one another (an advisory lock), because two moves that are
    fine alone can close a cycle together. They wait before a row is locked: a move that waited
    with its own row locked, and a move of the branch above it, would wait in a circle. A changed
    path is handed down by touching the children, which fires the same trigger for them.
    """
    return RunSQL(
        sql=f"""
CREATE FUNCTION {table}_one_change_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('{table}', 0));
    RETURN NULL;
END $$;
CREATE FUNCTION {table}_keep_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above record;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.parent_id IS DISTINCT FROM OLD.parent_id AND EXISTS (
        WITH RECURSIVE ancestor(id, parent_id) AS (
            SELECT id, parent_id FROM {table} WHERE id = NEW.parent_id
            UNION SELECT t.id, t.parent_id FROM {table} t JOIN ancestor a ON t.id = a.parent_id
        ) SELECT 1 FROM ancestor WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_no_cycle',
            TABLE = '{table}', MESSAGE = 'A branch cannot be moved beneath itself.';
    END IF;
    NEW.path := coalesce(nullif(NEW.name_en, ''), NEW.name_ja);
    NEW.path_ja := coalesce(nullif(NEW.name_ja, ''), NEW.name_en);
    IF NEW.parent_id IS NOT NULL THEN
        SELECT path, path_ja INTO above FROM {table} WHERE id = NEW.parent_id;
        NEW.path := above.path || '/' || NEW.path;
        NEW.path_ja := above.path_ja || '/' || NEW.path_ja;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION {table}_hand_down_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {table} SET parent_id = parent_id WHERE parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_one_change_at_a_time BEFORE INSERT OR UPDATE ON {table}
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION {table}_one_change_at_a_time();
CREATE TRIGGER {table}_keep_path BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_keep_path();
CREATE TRIGGER {table}_hand_down_path AFTER UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path
                       OR OLD.path_ja IS DISTINCT FROM NEW.path_ja)
    EXECUTE FUNCTION {table}_hand_down_path();
""",  # noqa: S608 - our own table names
        reverse_sql=f"""
DROP TRIGGER {table}_hand_down_path ON {table};
DROP TRIGGER {table}_keep_path ON {table};
DROP TRIGGER {table}_one_change_at_a_time ON {table};
DROP FUNCTION {table}_hand_down_path();
DROP FUNCTION {table}_keep_path();
DROP FUNCTION {table}_one_change_at_a_time();
""",
    )
