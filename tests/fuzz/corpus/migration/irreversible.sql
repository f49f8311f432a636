-- slipway:irreversible the rows are gone
-- slipway:up
DELETE FROM users;
