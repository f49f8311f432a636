CREATE FUNCTION public.split_a5() RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT q."end" FROM (SELECT 1 AS "end") q;
END;
DROP FUNCTION public.split_a5();