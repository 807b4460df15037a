"""The ledger's triggers: what makes the promises of ``stock/models/ledger.py`` true.

Statement triggers with transition tables apply a whole statement at once: a receipt of a
hundred lines, or a bulk load, costs a handful of set operations and locks the parts in the
order of their keys, so that no two writers can wait for each other in a circle.

Nested triggers are told from direct statements by ``pg_trigger_depth()``: totals and levels
may only change inside a trigger, and only owners can make triggers.
"""

APPLY_MOVEMENTS = """
CREATE OR REPLACE FUNCTION stock_apply_movements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seen record;
    of_parts record;
    updated bigint;
    changed bigint := 0;
BEGIN
    -- What there is among the rows: most statements have one row without lot, cost or reversal,
    -- and each look for what is not there would cost as much as one for what is.
    SELECT count(*) AS rows, bool_or(kind = 'transfer') AS transfers,
           bool_or(reverses_id IS NOT NULL) AS reversals,
           bool_or(lot_id IS NOT NULL) AS lots, bool_or(lot_id IS NULL) AS no_lots,
           bool_or(quantity <> trunc(quantity)) AS fractions,
           bool_or(unit_cost IS NOT NULL AND quantity > 0) AS costs
        INTO seen FROM new_rows;

    -- One writer at a time for each part, parts in the order of their keys.
    SELECT bool_or(tracking <> 'none') AS tracked, bool_or(unit IN ('pcs', 'set')) AS whole
        INTO of_parts FROM (
            SELECT tracking, unit FROM catalog_part WHERE id IN (SELECT part_id FROM new_rows)
            ORDER BY id FOR NO KEY UPDATE
        ) locked;

    IF of_parts.tracked THEN
        IF EXISTS (
            SELECT 1 FROM new_rows m
            JOIN catalog_part p ON p.id = m.part_id
            LEFT JOIN stock_lot l ON l.id = m.lot_id
            WHERE p.tracking = 'lot' AND coalesce(l.code, '') = ''
               OR p.tracking = 'serial' AND coalesce(l.serial, '') = ''
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_tracked',
                MESSAGE = 'A movement of a tracked part names its lot or serial number.';
        END IF;
    END IF;

    IF of_parts.whole AND seen.fractions THEN
        IF EXISTS (
            SELECT 1 FROM new_rows m JOIN catalog_part p ON p.id = m.part_id
            WHERE p.unit IN ('pcs', 'set') AND m.quantity <> trunc(m.quantity)
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_whole_pieces',
                MESSAGE = 'Pieces and sets move whole.';
        END IF;
    END IF;

    IF seen.transfers THEN
        IF EXISTS (
            SELECT 1 FROM new_rows WHERE kind = 'transfer'
            GROUP BY idempotency_key, part_id, lot_id HAVING sum(quantity) <> 0
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_transfer_balanced',
                MESSAGE = 'What a transfer takes from one location it puts into another.';
        END IF;
    END IF;

    IF seen.reversals THEN
        IF EXISTS (
            SELECT 1 FROM new_rows c JOIN stock_stockmovement m ON m.id = c.reverses_id
            WHERE (c.part_id, c.location_id, c.quantity)
                  IS DISTINCT FROM (m.part_id, m.location_id, -m.quantity)
               OR c.lot_id IS DISTINCT FROM m.lot_id OR m.kind = 'correction'
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_correction_mirrors',
                MESSAGE =
                    'A correction is the exact reverse of one movement that is no correction.';
        END IF;
        IF EXISTS (
            SELECT 1 FROM new_rows c JOIN stock_stockmovement m ON m.id = c.reverses_id
            WHERE m.kind = 'transfer'
            GROUP BY m.idempotency_key, c.part_id, c.lot_id HAVING sum(c.quantity) <> 0
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_transfer_reversed_whole',
                MESSAGE = 'A transfer is reversed on both sides.';
        END IF;
    END IF;

    -- With and without a lot apart: "IS NOT DISTINCT FROM" can use neither index nor hash, and
    -- a delivery of thousands of serial numbers would compare each with each.
    IF seen.lots THEN
        UPDATE stock_stocklevel l SET quantity = l.quantity + d.delta
            FROM (SELECT part_id, location_id, lot_id, sum(quantity) AS delta FROM new_rows
                  WHERE lot_id IS NOT NULL GROUP BY part_id, location_id, lot_id) d
            WHERE l.lot_id = d.lot_id AND l.location_id = d.location_id AND l.part_id = d.part_id
              AND d.delta <> 0;
        GET DIAGNOSTICS changed = ROW_COUNT;
    END IF;
    IF seen.no_lots THEN
        UPDATE stock_stocklevel l SET quantity = l.quantity + d.delta
            FROM (SELECT part_id, location_id, sum(quantity) AS delta FROM new_rows
                  WHERE lot_id IS NULL GROUP BY part_id, location_id) d
            WHERE l.lot_id IS NULL AND l.location_id = d.location_id AND l.part_id = d.part_id
              AND d.delta <> 0;
        GET DIAGNOSTICS updated = ROW_COUNT;
        changed := changed + updated;
    END IF;
    -- Where nothing lay before. The parts are locked: nobody else makes the same level meanwhile.
    IF changed < seen.rows THEN
        INSERT INTO stock_stocklevel (part_id, location_id, lot_id, quantity)
            SELECT part_id, location_id, lot_id, sum(quantity) FROM new_rows n
            WHERE CASE WHEN n.lot_id IS NULL THEN NOT EXISTS (
                SELECT 1 FROM stock_stocklevel l WHERE l.part_id = n.part_id
                    AND l.location_id = n.location_id AND l.lot_id IS NULL
            ) ELSE NOT EXISTS (
                SELECT 1 FROM stock_stocklevel l WHERE l.lot_id = n.lot_id
                    AND l.location_id = n.location_id AND l.part_id = n.part_id
            ) END
            GROUP BY part_id, location_id, lot_id ORDER BY part_id, location_id, lot_id;
    END IF;

    -- LATERAL: one look at the index for each item, whatever plan was kept from small statements.
    IF seen.lots THEN
        IF EXISTS (
            SELECT 1 FROM (SELECT DISTINCT lot_id FROM new_rows) m
            JOIN stock_lot l ON l.id = m.lot_id AND l.serial <> ''
            CROSS JOIN LATERAL (
                SELECT sum(quantity) AS there, bool_or(quantity NOT IN (0, 1)) AS broken
                FROM stock_stocklevel WHERE lot_id = l.id
            ) levels
            WHERE levels.there > 1 OR levels.broken
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'stock_stockmovement',
                CONSTRAINT = 'stock_movement_serial_single',
                MESSAGE = 'A serial number is one single item, in one place.';
        END IF;
    END IF;

    IF seen.costs THEN
        UPDATE catalog_part p SET
            on_hand = p.on_hand + d.delta,
            last_cost = coalesce(c.unit_cost, p.last_cost),
            last_cost_currency = coalesce(c.currency, p.last_cost_currency),
            last_cost_at = coalesce(c.occurred_at, p.last_cost_at)
        FROM (SELECT part_id, sum(quantity) AS delta FROM new_rows GROUP BY part_id) d
        LEFT JOIN (
            SELECT DISTINCT ON (part_id) part_id, unit_cost, currency, occurred_at FROM new_rows
            WHERE unit_cost IS NOT NULL AND quantity > 0
            ORDER BY part_id, occurred_at DESC, id DESC
        ) c ON c.part_id = d.part_id AND c.occurred_at >= coalesce(
            (SELECT last_cost_at FROM catalog_part q WHERE q.id = d.part_id), '-infinity')
        WHERE p.id = d.part_id AND (d.delta <> 0 OR c.part_id IS NOT NULL);
    ELSE
        UPDATE catalog_part p SET on_hand = p.on_hand + d.delta
        FROM (SELECT part_id, sum(quantity) AS delta FROM new_rows GROUP BY part_id) d
        WHERE p.id = d.part_id AND d.delta <> 0;
    END IF;

    -- A reversed receipt takes its cost with it: the one before it is the last again.
    IF seen.reversals THEN
        UPDATE catalog_part p SET last_cost = c.unit_cost,
            last_cost_currency = coalesce(c.currency, ''), last_cost_at = c.occurred_at
        FROM (SELECT DISTINCT m.part_id FROM new_rows n JOIN stock_stockmovement m
              ON m.id = n.reverses_id WHERE m.unit_cost IS NOT NULL) r
        LEFT JOIN LATERAL (
            SELECT unit_cost, currency, occurred_at FROM stock_stockmovement m
            WHERE m.part_id = r.part_id AND m.unit_cost IS NOT NULL AND m.quantity > 0
              AND NOT EXISTS (SELECT 1 FROM stock_stockmovement x WHERE x.reverses_id = m.id)
            ORDER BY occurred_at DESC, id DESC LIMIT 1
        ) c ON true
        WHERE p.id = r.part_id;
    END IF;
    RETURN NULL;
END $$;
"""
FIRE_ON_MOVEMENTS = """
CREATE TRIGGER stock_apply_movements AFTER INSERT ON stock_stockmovement
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stock_apply_movements();
"""

LOT_BELONGS_TO_PART = """
ALTER TABLE stock_stockmovement ADD CONSTRAINT stock_movement_lot_of_part
    FOREIGN KEY (lot_id, part_id) REFERENCES stock_lot (id, part_id);
ALTER TABLE stock_stocklevel ADD CONSTRAINT stock_level_lot_of_part
    FOREIGN KEY (lot_id, part_id) REFERENCES stock_lot (id, part_id);
ALTER TABLE stock_stocktakeline ADD CONSTRAINT stock_stocktakeline_lot_of_part
    FOREIGN KEY (lot_id, part_id) REFERENCES stock_lot (id, part_id);
"""

# Those on UPDATE are AFTER triggers: a BEFORE trigger makes PostgreSQL compute every generated
# column anew, and so the search text of a part at each of its movements.
ONLY_BY_LEDGER = """
CREATE FUNCTION stock_only_by_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME,
        MESSAGE = format('%s of %s is refused: only stock movements change it.',
                         TG_OP, TG_TABLE_NAME),
        HINT = 'Record a stock movement.';
END $$;
CREATE TRIGGER stock_stocklevel_only_by_ledger BEFORE INSERT OR UPDATE OR DELETE
    ON stock_stocklevel FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION stock_only_by_ledger();
CREATE TRIGGER stock_stocklevel_no_truncate BEFORE TRUNCATE ON stock_stocklevel
    FOR EACH STATEMENT EXECUTE FUNCTION stock_only_by_ledger();
CREATE TRIGGER catalog_part_totals_only_by_ledger AFTER UPDATE ON catalog_part
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND
        (OLD.on_hand, OLD.on_order, OLD.last_cost, OLD.last_cost_currency, OLD.last_cost_at)
        IS DISTINCT FROM
        (NEW.on_hand, NEW.on_order, NEW.last_cost, NEW.last_cost_currency, NEW.last_cost_at))
    EXECUTE FUNCTION stock_only_by_ledger();
CREATE TRIGGER catalog_part_starts_empty BEFORE INSERT ON catalog_part
    FOR EACH ROW WHEN (NEW.on_hand <> 0 OR NEW.on_order <> 0 OR NEW.last_cost IS NOT NULL)
    EXECUTE FUNCTION stock_only_by_ledger();
"""

UNIT_AND_TRACKING_FIXED = """
CREATE FUNCTION catalog_part_unit_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.unit <> OLD.unit
       AND EXISTS (SELECT 1 FROM stock_stockmovement WHERE part_id = OLD.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'catalog_part',
            CONSTRAINT = 'catalog_part_unit_fixed',
            MESSAGE = 'The unit cannot change: movements were recorded in it.';
    END IF;
    IF NEW.tracking <> OLD.tracking AND OLD.on_hand <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'catalog_part',
            CONSTRAINT = 'catalog_part_tracking_fixed',
            MESSAGE = 'The tracking can only change while nothing is on hand.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalog_part_unit_fixed AFTER UPDATE OF unit, tracking ON catalog_part
    FOR EACH ROW WHEN (OLD.unit <> NEW.unit OR OLD.tracking <> NEW.tracking)
    EXECUTE FUNCTION catalog_part_unit_fixed();
"""

POSTED_NOW = """
CREATE FUNCTION stock_posted_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The owner may load history (demo data, a take-over from another system).
    IF NOT pg_has_role(current_user,
                       (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME,
            MESSAGE = 'The time of recording is the database''s clock and cannot be given.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_movement_posted_now BEFORE INSERT ON stock_stockmovement
    FOR EACH ROW
    WHEN (NEW.posted_at NOT BETWEEN transaction_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION stock_posted_now();
CREATE TRIGGER stock_stocktake_posted_now BEFORE INSERT ON stock_stocktake
    FOR EACH ROW
    WHEN (NEW.posted_at NOT BETWEEN transaction_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION stock_posted_now();
"""

# Totals and levels change at each movement. Room left on their pages lets PostgreSQL put the
# new version beside the old one, and leave the indexes (the search's among them) alone.
ROOM_FOR_CHANGES = """
ALTER TABLE catalog_part SET (fillfactor = 70);
ALTER TABLE stock_stocklevel SET (fillfactor = 70);
"""

INSTALL = (
    APPLY_MOVEMENTS,
    FIRE_ON_MOVEMENTS,
    LOT_BELONGS_TO_PART,
    ONLY_BY_LEDGER,
    UNIT_AND_TRACKING_FIXED,
    POSTED_NOW,
    ROOM_FOR_CHANGES,
)

UNINSTALL = """
ALTER TABLE stock_stocklevel RESET (fillfactor);
ALTER TABLE catalog_part RESET (fillfactor);
DROP TRIGGER stock_stocktake_posted_now ON stock_stocktake;
DROP TRIGGER stock_movement_posted_now ON stock_stockmovement;
DROP FUNCTION stock_posted_now();
DROP TRIGGER catalog_part_unit_fixed ON catalog_part;
DROP FUNCTION catalog_part_unit_fixed();
DROP TRIGGER catalog_part_starts_empty ON catalog_part;
DROP TRIGGER catalog_part_totals_only_by_ledger ON catalog_part;
DROP TRIGGER stock_stocklevel_no_truncate ON stock_stocklevel;
DROP TRIGGER stock_stocklevel_only_by_ledger ON stock_stocklevel;
DROP FUNCTION stock_only_by_ledger();
ALTER TABLE stock_stocktakeline DROP CONSTRAINT stock_stocktakeline_lot_of_part;
ALTER TABLE stock_stocklevel DROP CONSTRAINT stock_level_lot_of_part;
ALTER TABLE stock_stockmovement DROP CONSTRAINT stock_movement_lot_of_part;
DROP TRIGGER stock_apply_movements ON stock_stockmovement;
DROP FUNCTION stock_apply_movements();
"""
