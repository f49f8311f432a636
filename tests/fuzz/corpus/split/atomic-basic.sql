CREATE FUNCTION public.split_a1(x int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT x;
  SELECT x + 1;
END;
SELECT 1;
DROP FUNCTION public.split_a1(int);