-- slipway:up
INSERT INTO t VALUES ('
-- slipway:down
', $q$
-- slipway:nonsense
$q$, "
-- slipway:up
");
/*
-- slipway:down
/*
-- slipway:oops
*/ */
COPY t FROM stdin;
-- slipway:down
\.
-- slipway:down
SELECT 2;
