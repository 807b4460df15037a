"""How a request to the ledger begins, in one round trip: its key, its parts, what is known of both.

Each statement of the function sees what was committed before it began, so what it says holds until
the transaction ends: of the key because one request at a time has it, of the parts because they
are locked, and whoever changes a proposal has locked its part before.

Its plans are kept: left to itself, PostgreSQL would plan for each list of parts anew, which takes
longer than to find them.
"""

INSTALL = """
CREATE OR REPLACE FUNCTION stock_begin(key uuid, part_ids bigint[]) RETURNS TABLE (
    recorded boolean, proposed boolean,
    id bigint, number varchar, name_ja varchar, name_en varchar, unit varchar, tracking varchar,
    active boolean, reorder_point numeric, on_hand numeric, on_order numeric
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- A repeated request waits for the first one, and then finds what it recorded.
    PERFORM pg_advisory_xact_lock(hashtextextended(key::text, 0));
    recorded := EXISTS (SELECT 1 FROM stock_stockmovement m WHERE m.idempotency_key = key);
    PERFORM 1 FROM catalog_part p WHERE p.id = ANY (part_ids) ORDER BY p.id FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT stock_begin.recorded, EXISTS (
                   SELECT 1 FROM purchasing_reorderproposal o
                   WHERE o.part_id = p.id AND o.state = 'open'
               ),
               p.id, p.number, p.name_ja, p.name_en, p.unit, p.tracking,
               p.active, p.reorder_point, p.on_hand, p.on_order
        FROM catalog_part p WHERE p.id = ANY (part_ids);
END $$;
"""

UNINSTALL = "DROP FUNCTION stock_begin(uuid, bigint[]);"
