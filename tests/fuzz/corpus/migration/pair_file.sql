-- slipway:lock-timeout 9s
SELECT 1;
SELECT 2