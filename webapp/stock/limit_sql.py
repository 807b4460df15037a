"""Who works at some locations records nothing at others, whichever page or program asks.

Once a statement: an entry of a thousand lines asks once whether its author is limited at all.
"""

INSTALL = """
CREATE FUNCTION stock_location_limits() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT actor_id FROM new_rows WHERE actor_id IS NOT NULL) n
        JOIN access_user_locations u ON u.user_id = n.actor_id
    ) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM
            (SELECT DISTINCT actor_id, location_id FROM new_rows WHERE actor_id IS NOT NULL) n
            JOIN stock_location l ON l.id = n.location_id
        WHERE EXISTS (SELECT 1 FROM access_user_locations u WHERE u.user_id = n.actor_id)
          AND NOT EXISTS (
            SELECT 1 FROM access_user_locations u JOIN stock_location a ON a.id = u.location_id
            WHERE u.user_id = n.actor_id AND (a.id = l.id OR starts_with(l.path, a.path || '/'))
        )
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = 'stock_location_limits',
            MESSAGE = 'The author works at other locations.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stock_location_limits AFTER INSERT ON stock_stockmovement
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stock_location_limits();
CREATE TRIGGER stock_location_limits AFTER INSERT ON stock_stocktake
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stock_location_limits();
"""

UNINSTALL = """
DROP TRIGGER stock_location_limits ON stock_stocktake;
DROP TRIGGER stock_location_limits ON stock_stockmovement;
DROP FUNCTION stock_location_limits();
"""
