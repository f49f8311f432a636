-- Written on a branch where orders.user_id was there already; the migration that adds it did not come along.
-- slipway:up
ALTER TABLE orders ADD COLUMN note text;
COMMENT ON COLUMN orders.user_id IS 'who placed the order';
CREATE INDEX orders_user_id_idx ON orders (user_id);

-- slipway:down
DROP INDEX orders_user_id_idx;
COMMENT ON COLUMN orders.user_id IS NULL;
ALTER TABLE orders DROP COLUMN note;
