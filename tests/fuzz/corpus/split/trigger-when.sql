CREATE TABLE public.split_t(a int);
CREATE FUNCTION public.split_tf() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER tr BEFORE UPDATE ON public.split_t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.split_tf();
DROP TABLE public.split_t; DROP FUNCTION public.split_tf();