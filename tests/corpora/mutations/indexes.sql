-- form: index/create
SELECT format(v, quote_ident('slipway Index'), tq, q) AS statement, format('created index %s."slipway Index"', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['CREATE INDEX %s ON %s (%s)', 'CREATE INDEX %1$s ON %2$s (%3$s DESC NULLS LAST) WHERE %3$s IS NOT NULL', 'CREATE UNIQUE INDEX %s ON %s (%s)',
  'CREATE INDEX %s ON %s USING hash (%s)', 'CREATE INDEX %s ON %s USING brin (%s) WITH (pages_per_range = 7)', 'CREATE INDEX %1$s ON %2$s ((%3$s IS NULL), %3$s) WITH (fillfactor = 55)',
  'CREATE UNIQUE INDEX %1$s ON %2$s (%3$s) NULLS NOT DISTINCT', 'CREATE INDEX %1$s ON %2$s (%3$s) INCLUDE (%3$s) TABLESPACE slipway_space']) AS v
WHERE sorts AND relkind = 'r';

-- form: index/create on text
SELECT format(v, tq, q) AS statement, format('created index %s.slipway_i', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['CREATE INDEX slipway_i ON %s (lower(%s))', 'CREATE INDEX slipway_i ON %s (%s text_pattern_ops)', 'CREATE INDEX slipway_i ON %s (%s COLLATE "C" DESC)',
  'CREATE INDEX slipway_i ON %s USING gin (to_tsvector(''english''::regconfig, %s))', 'CREATE INDEX slipway_i ON %s ((%s || ''x'' COLLATE "C") varchar_pattern_ops)']) AS v
WHERE atttypid IN ('text'::regtype, 'varchar'::regtype);

-- form: index/drop
SELECT format('DROP INDEX %s CASCADE', iq) AS statement, 'dropped ' || path AS expected, true AS more
FROM ind;

-- form: index/rename
SELECT format('ALTER INDEX %s RENAME TO slipway_renamed', iq) AS statement, format(E'dropped %s\ncreated index %s.slipway_renamed', path, ttail) AS expected, true AS more
FROM ind;

-- form: index/options
SELECT format('ALTER INDEX %s SET (%s)', iq, v) AS statement, format('changed %s: options', path) AS expected, false AS more
FROM ind, LATERAL (VALUES ('btree', 'fillfactor = 66'), ('btree', 'deduplicate_items = off'), ('hash', 'fillfactor = 66'), ('gist', 'fillfactor = 66'), ('gin', 'fastupdate = off')) AS u (am, v)
WHERE am = amname AND relkind IN ('r', 'm');

-- form: index/unique
SELECT format('DROP INDEX %s; %s', iq, replace(def, 'CREATE INDEX', 'CREATE UNIQUE INDEX')) AS statement, format('changed %s: unique', path) AS expected, false AS more
FROM ind WHERE NOT indisunique AND amname = 'btree' AND comment IS NULL AND NOT indisclustered AND relkind = 'r';

-- form: index/predicate
SELECT format('DROP INDEX %s; %s WHERE (%s IS NOT NULL)', iq, def, (SELECT min(c.q) FROM col c WHERE c.relid = indrelid)) AS statement,
  format('changed %s: predicate', path) AS expected, false AS more
FROM ind WHERE indpred IS NULL AND comment IS NULL AND NOT indisclustered AND NOT indisreplident AND relkind IN ('r', 'm') AND def !~ ' WITH ';

-- form: index/order
SELECT format('DROP INDEX %s; %s', iq, regexp_replace(def, '[)]$', ' DESC)')) AS statement, format('changed %s: columns', path) AS expected, false AS more
FROM ind WHERE indnatts = 1 AND amname = 'btree' AND indoption[0] = 0 AND indpred IS NULL AND def !~ ' WITH | NULLS ' AND comment IS NULL AND NOT indisclustered AND NOT indisreplident AND relkind = 'r';

-- form: index/include
SELECT format('DROP INDEX %s; %s INCLUDE (%s)', iq, def, (SELECT min(c.q) FROM col c WHERE c.relid = indrelid)) AS statement, format('changed %s: include', path) AS expected, false AS more
FROM ind WHERE amname IN ('btree', 'gist') AND indpred IS NULL AND def !~ ' WITH | NULLS |INCLUDE' AND comment IS NULL AND NOT indisclustered AND NOT indisreplident AND relkind = 'r';

-- form: index/method
SELECT format('DROP INDEX %s; %s', iq, replace(def, 'USING btree', 'USING hash')) AS statement, format('changed %s: method', path) AS expected, false AS more
FROM ind WHERE amname = 'btree' AND indnatts = 1 AND NOT indisunique AND indoption[0] = 0 AND indclass[0] IN (SELECT oid FROM pg_opclass WHERE opcdefault) AND def !~ ' WITH ' AND comment IS NULL AND NOT indisclustered AND relkind = 'r';

-- form: index/nulls not distinct
SELECT format('DROP INDEX %s; %s NULLS NOT DISTINCT', iq, def) AS statement, format('changed %s: nulls_not_distinct', path) AS expected, false AS more
FROM ind WHERE indisunique AND indpred IS NULL AND def !~ ' WITH | NULLS ' AND comment IS NULL AND NOT indisclustered AND NOT indisreplident AND relkind = 'r';

-- form: index/statistics
SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS 99', iq, n) AS statement, format('changed %s: column_statistics', path) AS expected, false AS more
FROM ind, generate_series(1, indnkeyatts) AS n WHERE indkey[n - 1] = 0;

-- form: index/tablespace
SELECT format('ALTER INDEX %s SET TABLESPACE slipway_space', iq) AS statement, format('changed %s: tablespace', path) AS expected, false AS more
FROM ind WHERE relkind IN ('r', 'm');

-- form: index/comment
SELECT format('COMMENT ON INDEX %s IS %L', iq, 'said by slipway') AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM ind;

-- form: index/depends on extension
SELECT format('ALTER INDEX %s DEPENDS ON EXTENSION plpgsql', iq) AS statement, format('changed %s: depends_on_extensions', path) AS expected, false AS more
FROM ind;

-- form: index/invalid (looked at only)
SELECT format('SET LOCAL allow_system_table_mods = on; UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = %s', indexrelid) AS statement,
  format('changed %s: invalid', path) AS expected, false AS more
FROM ind WHERE relkind = 'r';

-- form: statistics/create
SELECT format('CREATE STATISTICS %s.slipway_st%s ON %s, %s FROM %s', quote_ident(v.n), v.kind, a.q, b.q, a.tq) AS statement,
  format('created statistics %s.slipway_st', pg_temp.shown(v.n)) AS expected, false AS more
FROM own a JOIN own b ON b.relid = a.relid AND b.attnum > a.attnum AND a.sorts AND b.sorts JOIN rel r ON r.oid = a.relid,
  LATERAL (SELECT r.nspname AS n, unnest(ARRAY['', ' (ndistinct)', ' (dependencies, mcv)']) AS kind) AS v;

-- form: statistics/create on expression
SELECT format('CREATE STATISTICS %I.slipway_st ON (%s IS NULL) FROM %s', r.nspname, a.q, a.tq) AS statement,
  format('created statistics %s.slipway_st', pg_temp.shown(r.nspname)) AS expected, false AS more
FROM own a JOIN rel r ON r.oid = a.relid;

-- form: statistics/change
SELECT format(v[1], format('%I.%I', n.nspname, s.stxname)) AS statement, format('changed statistics %s.%s: %s', pg_temp.shown(n.nspname), pg_temp.shown(s.stxname), v[2]) AS expected, false AS more
FROM pg_statistic_ext s JOIN nsp n ON n.oid = s.stxnamespace, (VALUES (ARRAY['ALTER STATISTICS %s SET STATISTICS 44', 'statistics_target']),
  (ARRAY['ALTER STATISTICS %s OWNER TO slipway_a', 'owner']), (ARRAY['COMMENT ON STATISTICS %s IS ''said by slipway''', 'comment'])) AS u (v);
