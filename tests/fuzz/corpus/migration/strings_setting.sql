-- slipway:up
SET standard_conforming_strings = off;
SELECT 'it\'s';
-- slipway:down
SELECT 1;
