-- slipway:up
ALTER TABLE users ADD COLUMN age int;
UPDATE users SET age = 0;
DROP TABLE other;
-- slipway:irreversible test
