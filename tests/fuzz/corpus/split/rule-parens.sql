CREATE TABLE public.split_r(a text);
CREATE RULE split_rule AS ON INSERT TO public.split_r DO ALSO (INSERT INTO t VALUES ('x;'); INSERT INTO t VALUES ('y'););
DROP TABLE public.split_r;