-- form: type/create
SELECT format(v[1], q) AS statement, replace(format(v[2], pg_temp.shown(nspname)), '|', E'\n') AS expected, false AS more
FROM nsp, (VALUES
  (ARRAY['CREATE TYPE %s.slipway_y AS ENUM (''a'', ''it''''s'', '''')', 'created enum %s.slipway_y']),
  (ARRAY['CREATE DOMAIN %s.slipway_y AS varchar(9) COLLATE "C" DEFAULT ''x'' NOT NULL CHECK (VALUE <> '''')', 'created domain %s.slipway_y']),
  (ARRAY['CREATE TYPE %s.slipway_y AS (a int, "B c" text COLLATE "C", d numeric(3, 1)[])', 'created composite type %s.slipway_y']),
  (ARRAY['CREATE TYPE %s.slipway_y AS RANGE (SUBTYPE = timestamptz)', 'created range type %s.slipway_y']),
  (ARRAY['CREATE TYPE %s.slipway_y', 'created base type %s.slipway_y'])) AS u (v);

-- form: type/drop
SELECT format('DROP %s %s CASCADE', what, q) AS statement, 'dropped ' || path AS expected, true AS more
FROM typ;

-- form: type/rename
SELECT format('ALTER %s %s RENAME TO slipway_renamed', what, q) AS statement,
  format(E'dropped %s\ncreated %s', path, regexp_replace(path, '[.]("([^"]|"")*"|[^".]*)$', '.slipway_renamed')) AS expected, true AS more
FROM typ;

-- form: type/set schema
SELECT format('CREATE SCHEMA slipway_s; ALTER %s %s SET SCHEMA slipway_s', what, q) AS statement, format(E'created schema slipway_s\ndropped %s', path) AS expected, true AS more
FROM typ;

-- form: type/owner
SELECT format('ALTER %s %s OWNER TO slipway_a', what, q) AS statement, format('changed %s: owner', path) AS expected, false AS more
FROM typ;

-- form: type/acl
SELECT format(v, q) AS statement, format('changed %s: acl', path) AS expected, false AS more
FROM typ, unnest(ARRAY['REVOKE USAGE ON TYPE %s FROM PUBLIC', 'GRANT USAGE ON TYPE %s TO slipway_a WITH GRANT OPTION']) AS v WHERE typisdefined;

-- form: type/comment
SELECT format('COMMENT ON %s %s IS %L', what, q, 'said by slipway') AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM typ;

-- form: enum/add value
SELECT format('ALTER TYPE %s ADD VALUE ''slipway''%s', q, o) AS statement, format('changed %s: labels', path) AS expected, false AS more
FROM typ, LATERAL (SELECT '' UNION ALL SELECT format(' BEFORE %L', enumlabel) FROM pg_enum WHERE enumtypid = typ.oid
  UNION ALL SELECT format(' AFTER %L', enumlabel) FROM pg_enum WHERE enumtypid = typ.oid) AS u (o) WHERE typtype = 'e';

-- form: enum/rename value
SELECT format('ALTER TYPE %s RENAME VALUE %L TO ''slipway''', q, e.enumlabel) AS statement, format('changed %s: labels', path) AS expected, true AS more
FROM typ JOIN pg_enum e ON e.enumtypid = typ.oid;

-- form: domain/change
SELECT format('ALTER DOMAIN %s %s', q, v[1]) AS statement, replace(format(v[2], path, tail), '|', E'\n') AS expected, false AS more
FROM typ, LATERAL (VALUES (true, ARRAY[CASE WHEN typnotnull THEN 'DROP NOT NULL' ELSE 'SET NOT NULL' END, 'changed %s: not_null']),
  (typdefault IS NULL AND pg_temp.value_of(typbasetype, 1) IS NOT NULL, ARRAY['SET DEFAULT ' || pg_temp.value_of(typbasetype, 1), 'changed %s: default']),
  (typdefault IS NOT NULL, ARRAY['DROP DEFAULT', 'changed %s: default']),
  (true, ARRAY['ADD CONSTRAINT slipway_k CHECK (VALUE IS NULL OR true)', 'created domain constraint %2$s.slipway_k']),
  (true, ARRAY['ADD CONSTRAINT slipway_k CHECK (VALUE IS NOT NULL) NOT VALID', 'created domain constraint %2$s.slipway_k'])) AS u (fits, v)
WHERE typtype = 'd' AND fits;

-- form: domain/change constraint
SELECT format(v[1], q, quote_ident(k.conname), pg_get_constraintdef(k.oid)) AS statement,
  replace(format(v[2], tail || '.' || pg_temp.shown(k.conname), tail), '|', E'\n') AS expected, false AS more
FROM typ JOIN pg_constraint k ON k.contypid = typ.oid AND k.contype = 'c', (VALUES
  (ARRAY['ALTER DOMAIN %s DROP CONSTRAINT %s', 'dropped domain constraint %s']),
  (ARRAY['ALTER DOMAIN %s RENAME CONSTRAINT %s TO slipway_renamed', 'dropped domain constraint %s|created domain constraint %s.slipway_renamed']),
  (ARRAY['ALTER DOMAIN %1$s DROP CONSTRAINT %2$s; ALTER DOMAIN %1$s ADD CONSTRAINT %2$s %3$s NOT VALID', 'changed domain constraint %s: not_valid']),
  (ARRAY['ALTER DOMAIN %1$s DROP CONSTRAINT %2$s; ALTER DOMAIN %1$s ADD CONSTRAINT %2$s CHECK (VALUE IS NULL)', 'changed domain constraint %s: expression']),
  (ARRAY['COMMENT ON CONSTRAINT %2$s ON DOMAIN %1$s IS ''said by slipway''', 'changed domain constraint %s: comment'])) AS u (v);

-- form: composite/change
SELECT format(v[1], q, quote_ident(a.attname)) AS statement, replace(format(v[2], tail, pg_temp.shown(a.attname)), '|', E'\n') AS expected, v[3] = 'more' AS more
FROM typ JOIN pg_attribute a ON a.attrelid = typ.typrelid AND NOT a.attisdropped, (VALUES
  (ARRAY['ALTER TYPE %s ADD ATTRIBUTE slipway_new integer CASCADE', 'created column %s.slipway_new', 'more']),
  (ARRAY['ALTER TYPE %s DROP ATTRIBUTE %s CASCADE', 'dropped column %s.%s', 'more']),
  (ARRAY['ALTER TYPE %s RENAME ATTRIBUTE %s TO slipway_renamed CASCADE', 'dropped column %1$s.%2$s|created column %1$s.slipway_renamed', 'more']),
  (ARRAY['ALTER TYPE %s ALTER ATTRIBUTE %s TYPE interval CASCADE', 'changed column %s.%s: type', 'more']),
  (ARRAY['COMMENT ON COLUMN %s.%s IS ''said by slipway''', 'changed column %s.%s: comment', ''])) AS u (v);

-- form: sequence/create
SELECT format('CREATE SEQUENCE %s.slipway_q %s', q, o) AS statement, format('created sequence %s.slipway_q', pg_temp.shown(nspname)) AS expected, false AS more
FROM nsp, unnest(ARRAY['', 'AS smallint INCREMENT -3 MINVALUE -100 MAXVALUE 100 START 50 CACHE 5 CYCLE']) AS o;

-- form: sequence/change
SELECT format('ALTER SEQUENCE %s %s', q, v[1]) AS statement, replace(format(v[2], path), '|', E'\n') AS expected, false AS more
FROM seq, LATERAL (VALUES (seqincrement <> 7, ARRAY['INCREMENT 7', 'changed %s: increment']), (seqcache <> 9, ARRAY['CACHE 9', 'changed %s: cache']),
  (true, ARRAY[CASE WHEN seqcycle THEN 'NO CYCLE' ELSE 'CYCLE' END, 'changed %s: cycle']), (seqmax <> 30000, ARRAY['MAXVALUE 30000', 'changed %s: maximum']),
  (seqmin > -5, ARRAY['MINVALUE -5', 'changed %s: minimum']), (seqstart <> 3, ARRAY['START 3', 'changed %s: start']),
  (seqtypid = 'int8'::regtype, ARRAY['AS integer', 'changed %s: type']), (seqtypid = 'int4'::regtype, ARRAY['AS bigint', 'changed %s: type']),
  (owned, ARRAY['OWNED BY NONE', 'changed %s: owned_by'])) AS u (fits, v) WHERE fits;

-- form: sequence/owned by
SELECT format('ALTER SEQUENCE %s OWNED BY %s.%s', s.q, c.tq, c.q) AS statement, format('changed %s: owned_by', s.path) AS expected, false AS more
FROM seq s JOIN col c ON c.relkind = 'r' JOIN rel r ON r.oid = c.relid AND r.nspname = s.nspname WHERE NOT s.owned;

-- form: schema/create
SELECT 'CREATE SCHEMA "slipway ""S"""' AS statement, 'created schema "slipway ""S"""' AS expected, false AS more;

-- form: schema/drop
SELECT format('DROP SCHEMA %s CASCADE', q) AS statement, 'dropped ' || path AS expected, true AS more FROM nsp WHERE nspname <> 'public';

-- form: schema/rename
SELECT format('ALTER SCHEMA %s RENAME TO slipway_renamed', q) AS statement, format(E'dropped %s\ncreated schema slipway_renamed', path) AS expected, true AS more FROM nsp WHERE nspname <> 'public';

-- form: schema/change
SELECT format(v[1], q) AS statement, format('changed %s: %s', path, v[2]) AS expected, v[3] = 'more' AS more
FROM nsp, (VALUES (ARRAY['ALTER SCHEMA %s OWNER TO slipway_a', 'owner', 'more']), (ARRAY['GRANT CREATE ON SCHEMA %s TO slipway_a', 'acl', '']),
  (ARRAY['GRANT USAGE ON SCHEMA %s TO slipway_b WITH GRANT OPTION', 'acl', '']), (ARRAY['COMMENT ON SCHEMA %s IS ''said by slipway''', 'comment', ''])) AS u (v);

-- form: nothing at all
SELECT format(v, q) AS statement, '' AS expected, false AS more
FROM tab, unnest(ARRAY['ANALYZE %s', 'TRUNCATE %s CASCADE', 'DELETE FROM %s', 'LOCK TABLE %s', 'REINDEX TABLE %s', 'ALTER TABLE %s OWNER TO CURRENT_USER',
  'ALTER TABLE %s ADD COLUMN slipway_new int; ALTER TABLE %1$s DROP COLUMN slipway_new', 'COMMENT ON TABLE %s IS ''x''; ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ',
  'GRANT SELECT ON %s TO slipway_b; REVOKE SELECT ON %1$s FROM slipway_b']) AS v WHERE relkind = 'r' AND relacl IS NULL AND NOT has_children;

-- form: nothing for a sequence
SELECT format('SELECT setval(%L, 4242); ALTER SEQUENCE %s RESTART WITH 4', q, q) AS statement, '' AS expected, false AS more
FROM seq WHERE seqmax > 5000 AND seqmin < 4;
