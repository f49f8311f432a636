-- Rows from before the expand. New ones are kept in step by its trigger, so nothing can slip in behind this.
-- slipway:phase backfill
-- slipway:change rename_users_name
-- slipway:up
UPDATE users SET display_name = name WHERE display_name IS NULL AND name IS NOT NULL;

-- slipway:down
-- There is nothing to undo: the filled values are copies of name, kept in step with it, and the down of the expand drops
-- the column. Emptying them here would empty name as well, through the trigger.
SELECT 'the copies stay';

-- slipway:verify
SELECT NOT EXISTS (SELECT FROM users WHERE name IS DISTINCT FROM display_name);
