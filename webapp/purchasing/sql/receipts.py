"""Receipts: what they do to the lines of orders, and that the ledger says the same."""

RECEIPTS = """
CREATE FUNCTION purchasing_apply_receipts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t CONSTANT text := 'purchasing_goodsreceiptline';
BEGIN
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
        JOIN purchasing_orderline l ON l.id = n.order_line_id
        WHERE l.order_id <> r.order_id OR n.factor <> l.factor
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_of_order',
            'A receipt has lines of its own order, in their packs.');
    END IF;
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
        JOIN purchasing_purchaseorder o ON o.id = r.order_id
        JOIN purchasing_orderline l ON l.id = n.order_line_id
        WHERE r.reverses_id IS NULL
          AND (n.quantity < 0 OR l.closed OR o.state NOT IN ('ordered', 'partial', 'received'))
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_order_placed',
            'Only placed orders are received.');
    END IF;
    IF EXISTS (
        SELECT 1 FROM purchasing_goodsreceiptline l
        WHERE l.receipt_id IN (SELECT receipt_id FROM new_rows)
          AND l.id NOT IN (SELECT id FROM new_rows)
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_written_once',
            'All lines of a receipt are written with it.');
    END IF;
    -- The lines of a reversal are those of what it reverses, all of them.
    IF EXISTS (
        SELECT 1 FROM
            (SELECT n.*, r.reverses_id FROM new_rows n
             JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id
             WHERE r.reverses_id IS NOT NULL) n
            FULL JOIN
            (SELECT l.* FROM purchasing_goodsreceiptline l WHERE l.receipt_id IN (
                SELECT r.reverses_id FROM new_rows n
                JOIN purchasing_goodsreceipt r ON r.id = n.receipt_id)) l
            ON l.receipt_id = n.reverses_id AND l.position = n.position
        WHERE (n.order_line_id, n.quantity, n.base_quantity, n.location_id) IS DISTINCT FROM
              (l.order_line_id, -l.quantity, -l.base_quantity, l.location_id)
    ) THEN
        PERFORM purchasing_refuse(t, 'purchasing_receiptline_reversal_mirrors',
            'A reversal is the exact reverse of one receipt.');
    END IF;
    UPDATE purchasing_orderline l SET received = l.received + d.quantity
    FROM (SELECT order_line_id, sum(quantity) AS quantity FROM new_rows
          GROUP BY order_line_id) d
    WHERE l.id = d.order_line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER purchasing_apply_receipts AFTER INSERT ON purchasing_goodsreceiptline
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_apply_receipts();
CREATE FUNCTION purchasing_receipt_not_reversed_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM purchasing_goodsreceipt
               WHERE id = NEW.reverses_id
                 AND (reverses_id IS NOT NULL OR order_id <> NEW.order_id)) THEN
        PERFORM purchasing_refuse('purchasing_goodsreceipt', 'purchasing_receipt_reverses_receipt',
            'A reversal reverses a receipt of the same order, and no reversal.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_receipt_not_reversed_twice BEFORE INSERT ON purchasing_goodsreceipt
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION purchasing_receipt_not_reversed_twice();
CREATE TRIGGER purchasing_receipt_posted_now BEFORE INSERT ON purchasing_goodsreceipt
    FOR EACH ROW
    WHEN (NEW.posted_at NOT BETWEEN transaction_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION stock_posted_now();

-- Document and ledger say the same, at the end of the transaction at the latest.
CREATE FUNCTION purchasing_receiptline_in_ledger() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.base_quantity IS DISTINCT FROM (
        SELECT sum(quantity) FROM stock_stockmovement WHERE receipt_line_id = NEW.id
    ) THEN
        PERFORM purchasing_refuse('purchasing_goodsreceiptline',
            'purchasing_receiptline_in_ledger', 'What is received is recorded in the ledger.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchasing_receiptline_in_ledger
    AFTER INSERT ON purchasing_goodsreceiptline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION purchasing_receiptline_in_ledger();
-- Nor is anything added to the line of a receipt afterwards. Once a statement and not once a
-- row: a delivery of thousands of serial numbers would be added up as often.
CREATE FUNCTION purchasing_movements_of_receipt() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM
            (SELECT DISTINCT receipt_line_id AS id FROM new_rows
             WHERE receipt_line_id IS NOT NULL) n
            JOIN purchasing_goodsreceiptline l USING (id)
            CROSS JOIN LATERAL (SELECT sum(quantity) AS quantity FROM stock_stockmovement
                                WHERE receipt_line_id = l.id) m
        WHERE abs(m.quantity) > abs(l.base_quantity)
    ) THEN
        PERFORM purchasing_refuse('stock_stockmovement', 'purchasing_movements_of_receipt',
            'The ledger has no more than the receipt says.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER purchasing_movements_of_receipt AFTER INSERT ON stock_stockmovement
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION purchasing_movements_of_receipt();

-- A movement of a receipt is reversed by the reversal of the receipt, so that the order knows.
CREATE FUNCTION purchasing_movement_of_receipt() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM stock_stockmovement m
        JOIN purchasing_goodsreceiptline o ON o.id = m.receipt_line_id
        LEFT JOIN purchasing_goodsreceiptline l ON l.id = NEW.receipt_line_id
        LEFT JOIN purchasing_goodsreceipt r ON r.id = l.receipt_id
        WHERE m.id = NEW.reverses_id
          AND (r.reverses_id, l.position) IS DISTINCT FROM (o.receipt_id, o.position)
    ) THEN
        PERFORM purchasing_refuse('stock_stockmovement', 'purchasing_movement_of_receipt',
            'A movement of a goods receipt is reversed by reversing the receipt.');
    END IF;
    IF NEW.receipt_line_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM purchasing_goodsreceiptline l
        JOIN purchasing_orderline o ON o.id = l.order_line_id
        JOIN purchasing_goodsreceipt r ON r.id = l.receipt_id
        WHERE l.id = NEW.receipt_line_id AND o.part_id = NEW.part_id
          AND l.location_id = NEW.location_id
          AND NEW.kind = CASE WHEN r.reverses_id IS NULL THEN 'receipt' ELSE 'correction' END
    ) THEN
        PERFORM purchasing_refuse('stock_stockmovement', 'purchasing_movement_of_receipt',
            'A movement says what its receipt says.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_movement_of_receipt BEFORE INSERT ON stock_stockmovement
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL OR NEW.receipt_line_id IS NOT NULL)
    EXECUTE FUNCTION purchasing_movement_of_receipt();
"""
