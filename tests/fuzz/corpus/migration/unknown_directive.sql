-- slipway:lock-timout 2s
-- slipway:up
SELECT 1;
