CREATE FUNCTION public.split_a3(x int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT coalesce((CASE WHEN x > 0 THEN 1 END), 0);
END;
DROP FUNCTION public.split_a3(int);