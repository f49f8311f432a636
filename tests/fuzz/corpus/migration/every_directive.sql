-- slipway:transaction off
-- slipway:lock-timeout 10s
-- slipway:statement-timeout 0
-- slipway:phase expand
-- slipway:change rename-name
-- slipway:requires 3 5
-- slipway:up
-- slipway:allow drop-column nobody reads it
ALTER TABLE users DROP COLUMN name;
-- slipway:backfill table=users chunk=5000
-- slipway:verify
SELECT true;
-- slipway:down
ALTER TABLE users ADD COLUMN name text;
