-- form: default privileges/grant
SELECT format('ALTER DEFAULT PRIVILEGES%s GRANT %s', ' IN SCHEMA ' || s, v[1]) AS statement,
  format('created default privileges %I%s on %s', current_user, ' in ' || s, v[2]) AS expected, false AS more
FROM (SELECT q FROM nsp UNION ALL SELECT NULL) AS schemas (s), (VALUES (ARRAY['SELECT ON TABLES TO slipway_a', 'TABLES']),
  (ARRAY['USAGE ON SEQUENCES TO slipway_a WITH GRANT OPTION', 'SEQUENCES']), (ARRAY['EXECUTE ON FUNCTIONS TO slipway_b', 'FUNCTIONS']),
  (ARRAY['USAGE ON TYPES TO slipway_b', 'TYPES'])) AS u (v);

-- form: publication/create
SELECT v AS statement, 'created publication slipway_u' AS expected, false AS more
FROM unnest(ARRAY['CREATE PUBLICATION slipway_u FOR ALL TABLES WITH (publish = ''insert, update'')', 'CREATE PUBLICATION slipway_u WITH (publish_via_partition_root)']) AS v
UNION ALL SELECT format('CREATE PUBLICATION slipway_u FOR TABLES IN SCHEMA %s', q), 'created publication slipway_u', false FROM nsp
UNION ALL SELECT format('CREATE PUBLICATION slipway_u FOR TABLE ONLY %s (%s) WHERE (%s IS NOT NULL)', tq, q, q), 'created publication slipway_u', false FROM col WHERE in_key AND relkind = 'r';

-- form: subscription/create (looked at only)
SELECT 'CREATE SUBSCRIPTION slipway_u CONNECTION ''host=nowhere password=secret'' PUBLICATION p WITH (connect = false, slot_name = NONE)' AS statement,
  'created subscription slipway_u' AS expected, false AS more;

-- form: event trigger/create
SELECT format('CREATE FUNCTION %s.slipway_e() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$; CREATE EVENT TRIGGER slipway_e ON ddl_command_end WHEN TAG IN (''DROP SEQUENCE'', ''CREATE CONVERSION'') EXECUTE FUNCTION %s.slipway_e()', q, q) AS statement,
  format(E'created function %s.slipway_e()\ncreated event trigger slipway_e', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: foreign/create
SELECT format('CREATE FOREIGN DATA WRAPPER slipway_w OPTIONS (a ''1''); CREATE SERVER slipway_o TYPE ''t'' VERSION ''1'' FOREIGN DATA WRAPPER slipway_w OPTIONS (host ''h''); '
    'CREATE USER MAPPING FOR slipway_a SERVER slipway_o OPTIONS (user ''u''); CREATE FOREIGN TABLE %s.slipway_t (a int OPTIONS (column_name ''A'') NOT NULL, b text) SERVER slipway_o OPTIONS (table_name ''T'')', q) AS statement,
  format(E'created foreign data wrapper slipway_w\ncreated server slipway_o\ncreated user mapping slipway_o for slipway_a\ncreated foreign table %s.slipway_t', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: foreign/secret (looked at only)
SELECT 'CREATE FOREIGN DATA WRAPPER slipway_w; CREATE SERVER slipway_o FOREIGN DATA WRAPPER slipway_w; CREATE USER MAPPING FOR PUBLIC SERVER slipway_o OPTIONS (password ''secret'')' AS statement,
  E'created foreign data wrapper slipway_w\ncreated server slipway_o\ncreated user mapping slipway_o for public' AS expected, false AS more;

-- form: foreign/change
SELECT format(v[1], quote_ident(w.fdwname)) AS statement, format('changed foreign data wrapper %s: %s', pg_temp.shown(w.fdwname), v[2]) AS expected, false AS more
FROM pg_foreign_data_wrapper w, (VALUES (ARRAY['ALTER FOREIGN DATA WRAPPER %s NO VALIDATOR', 'validator']), (ARRAY['ALTER FOREIGN DATA WRAPPER %s NO HANDLER', 'handler']),
  (ARRAY['COMMENT ON FOREIGN DATA WRAPPER %s IS ''said by slipway''', 'comment']), (ARRAY['GRANT USAGE ON FOREIGN DATA WRAPPER %s TO slipway_a', 'acl'])) AS u (v) WHERE pg_temp.made_itself('pg_foreign_data_wrapper', w.oid);

-- form: text search/create
SELECT format('CREATE TEXT SEARCH DICTIONARY %s.slipway_d (TEMPLATE = pg_catalog.simple, stopwords = ''english''); CREATE TEXT SEARCH CONFIGURATION %s.slipway_c (COPY = pg_catalog.german); '
    'ALTER TEXT SEARCH CONFIGURATION %s.slipway_c ALTER MAPPING FOR asciiword WITH %s.slipway_d, pg_catalog.simple', q, q, q, q) AS statement,
  format(E'created text search dictionary %1$s.slipway_d\ncreated text search configuration %1$s.slipway_c', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: text search/change dictionary
SELECT format(v[1], format('%s.%I', n.q, d.dictname)) AS statement, replace(format(v[2], pg_temp.shown(n.nspname) || '.' || pg_temp.shown(d.dictname), pg_temp.shown(n.nspname)), '|', E'\n') AS expected, v[3] = 'more' AS more
FROM pg_ts_dict d JOIN nsp n ON n.oid = d.dictnamespace, (VALUES (ARRAY['ALTER TEXT SEARCH DICTIONARY %s OWNER TO slipway_a', 'changed text search dictionary %s: owner', '']),
  (ARRAY['ALTER TEXT SEARCH DICTIONARY %s RENAME TO slipway_renamed', 'dropped text search dictionary %s|created text search dictionary %s.slipway_renamed', 'more']),
  (ARRAY['COMMENT ON TEXT SEARCH DICTIONARY %s IS ''said by slipway''', 'changed text search dictionary %s: comment', '']),
  (ARRAY['DROP TEXT SEARCH DICTIONARY %s CASCADE', 'dropped text search dictionary %s', 'more'])) AS u (v);

-- form: collation/create
SELECT format('CREATE COLLATION %s.slipway_l %s', q, v) AS statement, format('created collation %s.slipway_l', pg_temp.shown(nspname)) AS expected, false AS more
FROM nsp, unnest(ARRAY['(LOCALE = ''C'')', '(PROVIDER = icu, LOCALE = ''und-u-ks-level2'', DETERMINISTIC = false)']) AS v;

-- form: conversion/create
SELECT format('CREATE CONVERSION %s.slipway_n FOR ''LATIN1'' TO ''UTF8'' FROM iso8859_1_to_utf8', q) AS statement, format('created conversion %s.slipway_n', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: operator/create
SELECT format('CREATE OPERATOR %s.=#= (LEFTARG = int, RIGHTARG = bigint, FUNCTION = int48eq, RESTRICT = eqsel, JOIN = eqjoinsel)', q) AS statement,
  format('created operator %s.=#=(integer, bigint)', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: operator class/create
SELECT format('CREATE OPERATOR CLASS %1$s.slipway_oc FOR TYPE int USING btree AS OPERATOR 1 pg_catalog.<, OPERATOR 2 pg_catalog.<=, OPERATOR 3 pg_catalog.=, OPERATOR 4 pg_catalog.>=, OPERATOR 5 pg_catalog.>, FUNCTION 1 btint4cmp(int, int)', q) AS statement,
  format(E'created operator family %1$s.slipway_oc using btree\ncreated operator class %1$s.slipway_oc using btree', pg_temp.shown(nspname)) AS expected, false AS more FROM nsp;

-- form: operator/change
SELECT format(v[1], o.oid::regoperator) AS statement, format(v[2], pg_temp.shown(n.nspname) || '.' || o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', ' || format_type(o.oprright, NULL) || ')') AS expected, v[3] = 'more' AS more
FROM pg_operator o JOIN nsp n ON n.oid = o.oprnamespace, (VALUES (ARRAY['ALTER OPERATOR %s OWNER TO slipway_a', 'changed operator %s: owner', '']),
  (ARRAY['COMMENT ON OPERATOR %s IS ''said by slipway''', 'changed operator %s: comment', '']), (ARRAY['DROP OPERATOR %s CASCADE', 'dropped operator %s', 'more']),
  (ARRAY['ALTER OPERATOR %s SET (RESTRICT = scalargtsel)', 'changed operator %s: clauses', ''])) AS u (v)
WHERE pg_temp.made_itself('pg_operator', o.oid) AND o.oprcode <> 0 AND o.oprleft <> 0 AND o.oprrest <> 'scalargtsel'::regproc;

-- form: operator class/change
SELECT format(v[1], format('%s.%I USING %I', n.q, c.opcname, m.amname)) AS statement, replace(format(v[2], format('%s.%s using %s', pg_temp.shown(n.nspname), pg_temp.shown(c.opcname), m.amname), pg_temp.shown(n.nspname), m.amname), '|', E'\n') AS expected, v[3] = 'more' AS more
FROM pg_opclass c JOIN nsp n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod, (VALUES (ARRAY['ALTER OPERATOR CLASS %s OWNER TO slipway_a', 'changed operator class %s: owner', '']),
  (ARRAY['COMMENT ON OPERATOR CLASS %s IS ''said by slipway''', 'changed operator class %s: comment', '']),
  (ARRAY['ALTER OPERATOR CLASS %s RENAME TO slipway_renamed', 'dropped operator class %s|created operator class %s.slipway_renamed using %s', 'more']),
  (ARRAY['DROP OPERATOR CLASS %s CASCADE', 'dropped operator class %s', 'more'])) AS u (v) WHERE pg_temp.made_itself('pg_opclass', c.oid);

-- form: operator family/change
SELECT format(v[1], format('%s.%I USING %I', n.q, f.opfname, m.amname)) AS statement, replace(format(v[2], format('%s.%s using %s', pg_temp.shown(n.nspname), pg_temp.shown(f.opfname), m.amname), pg_temp.shown(n.nspname), m.amname), '|', E'\n') AS expected, v[3] = 'more' AS more
FROM pg_opfamily f JOIN nsp n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod, (VALUES (ARRAY['ALTER OPERATOR FAMILY %s OWNER TO slipway_a', 'changed operator family %s: owner', '']),
  (ARRAY['COMMENT ON OPERATOR FAMILY %s IS ''said by slipway''', 'changed operator family %s: comment', '']),
  (ARRAY['ALTER OPERATOR FAMILY %s RENAME TO slipway_renamed', 'dropped operator family %s|created operator family %s.slipway_renamed using %s', 'more']),
  (ARRAY['DROP OPERATOR FAMILY %s CASCADE', 'dropped operator family %s', 'more'])) AS u (v) WHERE pg_temp.made_itself('pg_opfamily', f.oid);

-- form: cast/create
SELECT format('CREATE CAST (%s AS bytea) WITHOUT FUNCTION', format_type(oid, NULL)) AS statement, format('created cast (%s AS bytea)', format_type(oid, NULL)) AS expected, false AS more FROM typ WHERE typtype = 'b' AND typlen = -1 AND typisdefined
UNION ALL SELECT format('CREATE CAST (jsonb AS %s) WITH INOUT AS ASSIGNMENT', format_type(oid, NULL)), format('created cast (jsonb AS %s)', format_type(oid, NULL)), false FROM typ WHERE typtype IN ('e', 'b') AND typisdefined;

-- form: cast/change
SELECT format(v[1], format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))) AS statement, format(v[2], format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))) AS expected, v[3] = 'more' AS more
FROM pg_cast c, (VALUES (ARRAY['DROP CAST %s CASCADE', 'dropped cast %s', 'more']), (ARRAY['COMMENT ON CAST %s IS ''said by slipway''', 'changed cast %s: comment', ''])) AS u (v)
WHERE c.oid >= 16384 AND pg_temp.made_itself('pg_cast', c.oid);

-- form: language/create
SELECT 'CREATE TRUSTED LANGUAGE slipway_g HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator' AS statement, 'created language slipway_g' AS expected, false AS more;

-- form: access method/create
SELECT 'CREATE ACCESS METHOD slipway_am TYPE INDEX HANDLER bthandler' AS statement, 'created access method slipway_am' AS expected, false AS more;

-- form: extension/create
SELECT format('CREATE EXTENSION %s SCHEMA %s', v, q) AS statement, format('created extension %s', v) AS expected, false AS more
FROM nsp, unnest(ARRAY['pgcrypto', 'tablefunc', 'btree_gin', 'tcn']) AS v;

-- form: extension/change
SELECT format(v[1], quote_ident(e.extname)) AS statement, format(v[2], pg_temp.shown(e.extname)) AS expected, true AS more
FROM pg_extension e, (VALUES (ARRAY['COMMENT ON EXTENSION %s IS ''said by slipway''', 'changed extension %s: comment']),
  (ARRAY['CREATE SCHEMA slipway_s; ALTER EXTENSION %s SET SCHEMA slipway_s', 'changed extension %s: in_schema']),
  (ARRAY['DROP EXTENSION %s CASCADE', 'dropped extension %s'])) AS u (v) WHERE e.extname <> 'plpgsql';

-- form: security label (looked at only)
SELECT format('SET LOCAL allow_system_table_mods = on; INSERT INTO pg_catalog.pg_seclabel VALUES (%s, 1259, %s, ''dummy'', ''secret'')', relid, attnum) AS statement, format('changed %s: security_labels', path) AS expected, false AS more FROM col;
