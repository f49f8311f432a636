-- slipway:up
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC
-- slipway:down
SELECT 1;
END;
-- slipway:down
DROP FUNCTION f;
