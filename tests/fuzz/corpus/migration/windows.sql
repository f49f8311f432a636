-- slipway:up
SELECT 1;

-- slipway:down
SELECT 2;
