-- form: table/create
SELECT format(v[1], q) AS statement, format(v[2], pg_temp.shown(nspname)) AS expected, v[3] = 'more' AS more
FROM nsp, (VALUES
  (ARRAY['CREATE TABLE %s.slipway_t (id bigint PRIMARY KEY, a text NOT NULL UNIQUE, b integer CHECK (b > 3))', 'created table %s.slipway_t', '']),
  (ARRAY['CREATE UNLOGGED TABLE %s.slipway_t (id bigint GENERATED ALWAYS AS IDENTITY, a text)', 'created table %s.slipway_t', '']),
  (ARRAY['CREATE TABLE %s.slipway_t (id serial, "A b" timestamptz DEFAULT now()) WITH (fillfactor = 70, toast.autovacuum_enabled = off)', 'created table %s.slipway_t', 'more']),
  (ARRAY['CREATE TABLE %1$s.slipway_t (id int, at date) PARTITION BY RANGE (at); CREATE TABLE %1$s.slipway_p PARTITION OF %1$s.slipway_t FOR VALUES FROM (''2020-01-01'') TO (''2021-01-01'')', E'created table %1$s.slipway_t\ncreated table %1$s.slipway_p', '']),
  (ARRAY['CREATE TYPE %1$s.slipway_c AS (a int, b text); CREATE TABLE %1$s.slipway_t OF %1$s.slipway_c (a NOT NULL)', E'created composite type %1$s.slipway_c\ncreated table %1$s.slipway_t', '']),
  (ARRAY['CREATE TABLE %s.slipway_t (id int, EXCLUDE USING gist (int4range(id, id + 3) WITH &&))', 'created table %s.slipway_t', ''])) AS u (v);

-- form: table/create child
SELECT format('CREATE TABLE %s.slipway_t (slipway_x int) INHERITS (%s)', quote_ident(nspname), q) AS statement,
  format('created table %s.slipway_t', pg_temp.shown(nspname)) AS expected, false AS more
FROM tab WHERE relkind = 'r' AND NOT relispartition;

-- form: table/create copy
SELECT format('CREATE TABLE %s.slipway_t (LIKE %s INCLUDING ALL)', quote_ident(nspname), q) AS statement,
  format('created table %s.slipway_t', pg_temp.shown(nspname)) AS expected, true AS more
FROM tab;

-- form: table/create with foreign key
SELECT format('CREATE TABLE %s.slipway_t (a %s REFERENCES %s (%s) ON DELETE SET NULL DEFERRABLE)', quote_ident(r.nspname), c.type, r.q, c.q) AS statement,
  format('created table %s.slipway_t', pg_temp.shown(r.nspname)) AS expected, false AS more
FROM con k JOIN rel r ON r.oid = k.conrelid JOIN col c ON c.relid = k.conrelid AND k.conkey = ARRAY[c.attnum] WHERE k.contype IN ('p', 'u') AND NOT k.condeferrable;

-- form: relation/drop
SELECT format('DROP %s %s CASCADE', what, q) AS statement, 'dropped ' || path AS expected, true AS more
FROM rel;

-- form: relation/rename
SELECT format('ALTER %s %s RENAME TO slipway_renamed', what, q) AS statement,
  format(E'dropped %s\ncreated %s', path, regexp_replace(path, '[.]("([^"]|"")*"|[^".]*)$', '.slipway_renamed')) AS expected, true AS more
FROM rel;

-- form: relation/set schema
SELECT format('CREATE SCHEMA slipway_s; ALTER %s %s SET SCHEMA slipway_s', what, q) AS statement,
  format(E'created schema slipway_s\ndropped %s', path) AS expected, true AS more
FROM rel r WHERE NOT (relkind = 'S' AND EXISTS (SELECT FROM seq WHERE seq.oid = r.oid AND owned));

-- form: relation/owner
SELECT format('ALTER %s %s OWNER TO slipway_a', what, q) AS statement, format('changed %s: owner', path) AS expected, false AS more
FROM rel r WHERE NOT (relkind = 'S' AND EXISTS (SELECT FROM seq WHERE seq.oid = r.oid AND owned));

-- form: relation/grant
SELECT format('GRANT %s ON %s TO %s', p, q, r) AS statement, format('changed %s: acl', path) AS expected, false AS more
FROM rel, unnest(CASE relkind WHEN 'S' THEN ARRAY['USAGE', 'UPDATE'] ELSE ARRAY['SELECT', 'INSERT, DELETE', 'TRUNCATE', 'ALL'] END) AS p,
  unnest(ARRAY['slipway_a', 'slipway_b WITH GRANT OPTION', 'PUBLIC']) AS r
WHERE NOT EXISTS (SELECT FROM aclexplode(relacl) x WHERE x.grantee = 0);

-- form: relation/revoke from owner
SELECT format('REVOKE %s ON %s FROM CURRENT_USER', CASE relkind WHEN 'S' THEN 'UPDATE' ELSE 'TRUNCATE' END, q) AS statement,
  format('changed %s: acl', path) AS expected, false AS more
FROM rel WHERE relacl IS NULL AND relowner = current_user::regrole;

-- form: relation/revoke
SELECT format('REVOKE ALL ON %s FROM %s CASCADE', q, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) AS statement,
  format('changed %s: acl', path) AS expected, false AS more
FROM rel, LATERAL (SELECT DISTINCT grantee FROM aclexplode(relacl)) AS g;

-- form: relation/comment
SELECT format('COMMENT ON %s %s IS %L', what, q, t) AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM rel, unnest(ARRAY['said by slipway', E'it''s\n"another" $$']) AS t;

-- form: relation/comment away
SELECT format('COMMENT ON %s %s IS NULL', what, q) AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM rel WHERE obj_description(oid, 'pg_class') IS NOT NULL;

-- form: table/unlogged
SELECT format('ALTER TABLE %s SET %s', q, CASE relpersistence WHEN 'u' THEN 'LOGGED' ELSE 'UNLOGGED' END) AS statement,
  format('changed %s: persistence', path) AS expected, true AS more
FROM tab WHERE relkind = 'r';

-- form: table/options
SELECT format('ALTER TABLE %s SET (%s)', q, o) AS statement, format('changed %s: options', path) AS expected, false AS more
FROM tab, unnest(ARRAY['fillfactor = 71', 'autovacuum_enabled = false', 'autovacuum_vacuum_scale_factor = 0.37, parallel_workers = 3', 'user_catalog_table = true']) AS o
WHERE relkind = 'r';

-- form: table/toast options
SELECT format('ALTER TABLE %s SET (toast.autovacuum_enabled = false)', q) AS statement, format('changed %s: toast_options', path) AS expected, false AS more
FROM tab WHERE reltoastrelid <> 0;

-- form: relation/reset options
SELECT format('ALTER %s %s RESET (%s)', what, q, split_part(o, '=', 1)) AS statement, format('changed %s: options', path) AS expected, false AS more
FROM rel, unnest(reloptions) AS o;

-- form: table/row security
SELECT format('ALTER TABLE %s %s', q, v[1]) AS statement, format('changed %s: %s', path, v[2]) AS expected, false AS more
FROM tab, LATERAL (VALUES
  (ARRAY[CASE WHEN relrowsecurity THEN 'DISABLE' ELSE 'ENABLE' END || ' ROW LEVEL SECURITY', 'row_security']),
  (ARRAY[CASE WHEN relforcerowsecurity THEN 'NO FORCE' ELSE 'FORCE' END || ' ROW LEVEL SECURITY', 'force_row_security'])) AS u (v);

-- form: table/replica identity
SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', q, i) AS statement, format('changed %s: replica_identity', path) AS expected, false AS more
FROM tab, unnest(ARRAY['FULL', 'NOTHING']) AS i WHERE relreplident NOT IN ('f', 'n');

-- form: table/replica identity index
SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', r.q, c.relname) AS statement, format('changed %s: replica_identity', r.path) AS expected, false AS more
FROM tab r JOIN pg_index i ON i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
  JOIN pg_class c ON c.oid = i.indexrelid WHERE r.relreplident <> 'i'
  AND NOT EXISTS (SELECT FROM col WHERE col.relid = r.oid AND col.attnum = ANY (i.indkey) AND NOT col.attnotnull);

-- form: table/cluster on
SELECT format('ALTER TABLE %s CLUSTER ON %I', r.q, c.relname) AS statement, format('changed %s: cluster_on', r.path) AS expected, false AS more
FROM tab r JOIN pg_index i ON i.indrelid = r.oid AND NOT i.indisclustered AND i.indpred IS NULL
  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree' WHERE r.relkind = 'r';

-- form: table/without cluster
SELECT format('ALTER TABLE %s SET WITHOUT CLUSTER', r.q) AS statement, format('changed %s: cluster_on', r.path) AS expected, false AS more
FROM tab r JOIN pg_index i ON i.indrelid = r.oid AND i.indisclustered;

-- form: table/tablespace
SELECT format('ALTER %s %s SET TABLESPACE slipway_space', what, q) AS statement, format('changed %s: tablespace', path) AS expected, false AS more
FROM rel WHERE relkind IN ('r', 'm', 'p') AND reltablespace = 0;

-- form: table/access method
SELECT format('CREATE ACCESS METHOD slipway_heap TYPE TABLE HANDLER heap_tableam_handler; ALTER TABLE %s SET ACCESS METHOD slipway_heap', q) AS statement,
  format(E'created access method slipway_heap\nchanged %s: access_method', path) AS expected, false AS more
FROM tab WHERE relkind = 'r';

-- form: table/no inherit
SELECT format('ALTER TABLE %s NO INHERIT %s', r.q, p.q) AS statement, format('changed %s: inherits', r.path) AS expected, true AS more
FROM rel r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN rel p ON p.oid = i.inhparent WHERE NOT r.relispartition;

-- form: table/inherit
SELECT format('CREATE TABLE %1$s.slipway_t (); ALTER TABLE %2$s INHERIT %1$s.slipway_t', quote_ident(nspname), q) AS statement,
  format(E'created table %s.slipway_t\nchanged %s: inherits', pg_temp.shown(nspname), path) AS expected, false AS more
FROM tab WHERE relkind = 'r' AND NOT relispartition AND NOT has_parents;

-- form: partition/detach
SELECT format('ALTER TABLE %s DETACH PARTITION %s', p.q, r.q) AS statement,
  format(E'changed %1$s: partition_of\nchanged %1$s: partition_bound', r.path) AS expected, true AS more
FROM rel r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN rel p ON p.oid = i.inhparent WHERE r.relispartition;
