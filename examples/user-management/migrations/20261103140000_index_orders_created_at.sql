-- Orders are written all day: the index is built without stopping that. CONCURRENTLY does not run inside a transaction,
-- and slipway sees so by itself; one such statement a file, so that there is one thing to do again if it is interrupted.
-- slipway:up
CREATE INDEX CONCURRENTLY orders_created_at_idx ON orders (created_at);

-- slipway:down
DROP INDEX CONCURRENTLY orders_created_at_idx;

-- slipway:verify
SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_created_at_idx'::regclass;
