CREATE FUNCTION pg_temp.h1(a int) RETURNS text LANGUAGE plpgsql AS $fn$
BEGIN
  IF a > 0 THEN
    FOR i IN 1..2 LOOP
      PERFORM i;
    END LOOP;
  END IF;
  RETURN CASE WHEN a = 1 THEN 'x;' ELSE 'y;' END;
END;
$fn$;
SELECT pg_temp.h1(1);