/* don't /* can't; */ won't; */
SELECT 1;