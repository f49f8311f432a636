-- The release that follows searches people by display_name, so its index is there before that release is.
-- slipway:phase switch
-- slipway:change rename_users_name
-- slipway:up
CREATE INDEX CONCURRENTLY users_display_name_idx ON users (lower(display_name));

-- slipway:down
DROP INDEX CONCURRENTLY users_display_name_idx;

-- slipway:verify
SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_display_name_idx'::regclass;
SELECT NOT EXISTS (SELECT FROM users WHERE name IS DISTINCT FROM display_name);
