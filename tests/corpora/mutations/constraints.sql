-- form: constraint/add check
SELECT format('ALTER TABLE %s ADD CONSTRAINT slipway_k CHECK (%s IS NOT NULL OR true)%s', tq, q, o) AS statement,
  format('created constraint %s.slipway_k', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['', ' NOT VALID', ' NO INHERIT']) AS o WHERE NOT (relkind = 'p' AND o = ' NO INHERIT');

-- form: constraint/add unique
SELECT format('ALTER TABLE %s ADD CONSTRAINT slipway_k UNIQUE (%s)%s', tq, q, o) AS statement,
  format('created constraint %s.slipway_k', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['', ' INCLUDE (' || q || ')', ' DEFERRABLE INITIALLY DEFERRED']) AS o WHERE sorts AND relkind = 'r';

-- form: constraint/add exclusion
SELECT format('ALTER TABLE %s ADD CONSTRAINT slipway_k EXCLUDE USING btree (%s WITH pg_catalog.=)%s', tq, q, o) AS statement,
  format('created constraint %s.slipway_k', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['', format(' WHERE (%s IS NOT NULL)', q)]) AS o
WHERE sorts AND relkind = 'r' AND atttypid IN ('int4'::regtype, 'int8'::regtype, 'text'::regtype, 'numeric'::regtype, 'varchar'::regtype);

-- form: constraint/add primary key
SELECT format('ALTER TABLE %s ADD CONSTRAINT slipway_k PRIMARY KEY (%s)', tq, q) AS statement,
  format('created constraint %s.slipway_k', ttail) AS expected, true AS more
FROM own c WHERE sorts AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.relid AND k.contype = 'p');

-- form: constraint/add foreign key
SELECT format('ALTER TABLE %s ADD CONSTRAINT slipway_k FOREIGN KEY (%s) REFERENCES %s (%s)%s', a.tq, a.q, b.tq, b.q, o) AS statement,
  format('created constraint %s.slipway_k', a.ttail) AS expected, false AS more
FROM own a JOIN own b ON b.in_key AND a.atttypid = b.atttypid JOIN con k ON k.conrelid = b.relid AND k.contype = 'p' AND k.conkey = ARRAY[b.attnum],
  unnest(ARRAY[' NOT VALID', ' ON DELETE CASCADE ON UPDATE SET NULL NOT VALID', ' MATCH FULL DEFERRABLE NOT VALID', format(' ON DELETE SET NULL (%s)', a.q)]) AS o
WHERE a.relkind = 'r' AND b.relkind = 'r';

-- form: constraint/drop
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s CASCADE', tq, q) AS statement, 'dropped ' || path AS expected, true AS more
FROM con;

-- form: constraint/rename
SELECT format('ALTER TABLE %s RENAME CONSTRAINT %s TO slipway_renamed', tq, q) AS statement,
  format(E'dropped %s\ncreated constraint %s.slipway_renamed', path, ttail) AS expected, true AS more
FROM con;

-- form: constraint/deferrable
SELECT format('ALTER TABLE %s ALTER CONSTRAINT %s %s', tq, q, v[1]) AS statement, replace(format(v[2], path), '|', E'\n') AS expected, false AS more
FROM con, LATERAL (VALUES
  (condeferrable, ARRAY['NOT DEFERRABLE', CASE WHEN condeferred THEN 'changed %1$s: deferrable|changed %1$s: initially_deferred' ELSE 'changed %s: deferrable' END]),
  (NOT condeferrable, ARRAY['DEFERRABLE', 'changed %s: deferrable']),
  (NOT condeferrable, ARRAY['DEFERRABLE INITIALLY DEFERRED', 'changed %1$s: deferrable|changed %1$s: initially_deferred'])) AS u (fits, v)
WHERE contype = 'f' AND fits;

-- form: constraint/deferrable key
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s DEFERRABLE', tq, q, q, def) AS statement, format('changed %s: deferrable', path) AS expected, false AS more
FROM con WHERE contype IN ('p', 'u') AND NOT condeferrable AND comment IS NULL AND obj_description(conindid, 'pg_class') IS NULL
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = conindid AND (i.indisclustered OR i.indisreplident));

-- form: constraint/check expression
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s CHECK (true AND %s)', tq, q, q, pg_get_expr(conbin, conrelid)) AS statement,
  format('changed %s: expression', path) AS expected, false AS more
FROM con WHERE contype = 'c' AND convalidated AND NOT connoinherit AND comment IS NULL AND NOT has_children;

-- form: constraint/foreign key actions
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s %s', tq, q, q, def, v[1]) AS statement,
  format('changed %s: %s', path, v[2]) AS expected, false AS more
FROM con, LATERAL (VALUES (confdeltype = 'a', ARRAY['ON DELETE CASCADE', 'on_delete']), (confdeltype = 'a', ARRAY['ON DELETE RESTRICT', 'on_delete']),
  (confdeltype = 'a', ARRAY['ON DELETE SET DEFAULT', 'on_delete']), (confupdtype = 'a', ARRAY['ON UPDATE CASCADE', 'on_update']), (confupdtype = 'a', ARRAY['ON UPDATE SET NULL', 'on_update']),
  (true, ARRAY['NOT VALID', 'not_valid'])) AS u (fits, v)
WHERE contype = 'f' AND fits AND NOT condeferrable AND convalidated AND comment IS NULL AND relkind = 'r';

-- form: constraint/foreign key match
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s', tq, q, q, regexp_replace(def, '(REFERENCES [^(]*[(][^)]*[)])', '\1 MATCH FULL')) AS statement,
  format('changed %s: match', path) AS expected, false AS more
FROM con WHERE contype = 'f' AND confmatchtype = 's' AND convalidated AND comment IS NULL;

-- form: constraint/check not valid
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s NOT VALID', tq, q, q, def) AS statement, format('changed %s: not_valid', path) AS expected, false AS more
FROM con WHERE contype = 'c' AND convalidated AND comment IS NULL AND NOT has_children;

-- form: constraint/validate
SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %s', tq, q) AS statement, format('changed %s: not_valid', path) AS expected, false AS more
FROM con WHERE NOT convalidated;

-- form: constraint/no inherit
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s NO INHERIT', tq, q, q, def) AS statement, format('changed %s: no_inherit', path) AS expected, false AS more
FROM con WHERE contype = 'c' AND NOT connoinherit AND convalidated AND comment IS NULL AND relkind = 'r' AND NOT has_children;

-- form: constraint/nulls not distinct
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s UNIQUE NULLS NOT DISTINCT %s', tq, q, q, substr(def, 8)) AS statement,
  format('changed %s: nulls_not_distinct', path) AS expected, false AS more
FROM con WHERE contype = 'u' AND def ~ '^UNIQUE [(]' AND comment IS NULL;

-- form: constraint/columns
SELECT format('ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s UNIQUE (%s, %s)', k.tq, k.q, k.q, a.q, b.q) AS statement,
  format('changed %s: columns', k.path) AS expected, false AS more
FROM con k JOIN own a ON a.relid = k.conrelid AND k.conkey = ARRAY[a.attnum] JOIN own b ON b.relid = k.conrelid AND b.attnum <> a.attnum AND b.sorts
WHERE k.contype = 'u' AND NOT k.condeferrable AND k.comment IS NULL;

-- form: constraint/comment
SELECT format('COMMENT ON CONSTRAINT %s ON %s IS %L', q, tq, 'said by slipway') AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM con;

-- form: constraint/comment on its index
SELECT format('COMMENT ON INDEX %s IS %L', conindid::regclass, 'said by slipway') AS statement, format('changed %s: index_comment', path) AS expected, false AS more
FROM con WHERE contype IN ('p', 'u', 'x');

-- form: constraint/options of its index
SELECT format('ALTER INDEX %s SET (fillfactor = 66)', conindid::regclass) AS statement, format('changed %s: options', path) AS expected, false AS more
FROM con WHERE contype IN ('p', 'u') AND relkind = 'r';

-- form: constraint/tablespace of its index
SELECT format('ALTER INDEX %s SET TABLESPACE slipway_space', conindid::regclass) AS statement, format('changed %s: tablespace', path) AS expected, false AS more
FROM con WHERE contype IN ('p', 'u', 'x') AND relkind = 'r';
