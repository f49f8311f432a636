SELECT 'it''s; ' || E'it\'s; ' || $q$it's; $q$;
SELECT "a;b" FROM (SELECT 1 AS "a;b") s;