\echo starting; now
SELECT 1;
\echo it's done
SELECT 2;