CREATE FUNCTION public.split_a7(int) RETURNS int LANGUAGE sql RETURN $1 + 1;
SELECT public.split_a7(1);
DROP FUNCTION public.split_a7(int);