-- form: function/create
SELECT format(v[1], q) AS statement, format(v[2], pg_temp.shown(nspname)) AS expected, false AS more
FROM nsp, (VALUES
  (ARRAY['CREATE FUNCTION %s.slipway_f(a integer, b text DEFAULT ''x'') RETURNS text LANGUAGE sql STABLE STRICT AS $$SELECT b || a$$', 'created function %s.slipway_f(integer, text)']),
  (ARRAY['CREATE FUNCTION %s.slipway_f(VARIADIC a text[]) RETURNS SETOF record LANGUAGE plpgsql ROWS 3 COST 9 SET work_mem = ''3MB'' AS $$BEGIN END$$', 'created function %s.slipway_f(text[])']),
  (ARRAY['CREATE FUNCTION %s.slipway_f(INOUT a int, OUT b int) LANGUAGE sql BEGIN ATOMIC SELECT 1, a; END', 'created function %s.slipway_f(integer)']),
  (ARRAY['CREATE PROCEDURE %s.slipway_f(INOUT a int) LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN a := 1; END$$', 'created procedure %s.slipway_f(integer)']),
  (ARRAY['CREATE AGGREGATE %s.slipway_f(int) (SFUNC = int4pl, STYPE = int, INITCOND = ''7'')', 'created aggregate %s.slipway_f(integer)']),
  (ARRAY['CREATE FUNCTION %s.slipway_f() RETURNS TABLE (a int, b date) LANGUAGE sql AS ''SELECT 1, now()::date''', 'created function %s.slipway_f()'])) AS u (v);

-- form: function/drop
SELECT format('DROP %s %s CASCADE', what, q) AS statement, 'dropped ' || path AS expected, true AS more
FROM fun;

-- form: function/rename
SELECT format('ALTER %s %s RENAME TO slipway_renamed', what, q) AS statement,
  format(E'dropped %s\ncreated %s', path, regexp_replace(path, '[.][^.(]*[(]', '.slipway_renamed(')) AS expected, true AS more
FROM fun WHERE proname ~ '^[a-zA-Z0-9_]+$' AND nspname !~ '[.]';

-- form: function/set schema
SELECT format('CREATE SCHEMA slipway_s; ALTER %s %s SET SCHEMA slipway_s', what, q) AS statement, format(E'created schema slipway_s\ndropped %s', path) AS expected, true AS more
FROM fun;

-- form: function/owner
SELECT format('ALTER %s %s OWNER TO slipway_a', what, q) AS statement, format('changed %s: owner', path) AS expected, false AS more
FROM fun;

-- form: function/grant
SELECT format('GRANT EXECUTE ON %s %s TO %s', CASE what WHEN 'AGGREGATE' THEN 'FUNCTION' ELSE what END, q, r) AS statement, format('changed %s: acl', path) AS expected, false AS more
FROM fun, unnest(ARRAY['slipway_a', 'slipway_b WITH GRANT OPTION']) AS r WHERE what <> 'AGGREGATE';

-- form: function/revoke
SELECT format('REVOKE EXECUTE ON %s %s FROM PUBLIC', what, q) AS statement, format('changed %s: acl', path) AS expected, false AS more
FROM fun WHERE what <> 'AGGREGATE' AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) x WHERE x.grantee = 0));

-- form: function/comment
SELECT format('COMMENT ON %s %s IS %L', what, q, 'said by slipway') AS statement, format('changed %s: comment', path) AS expected, false AS more
FROM fun;

-- form: function/property
SELECT format('ALTER FUNCTION %s %s', q, v[1]) AS statement, format('changed %s: %s', path, v[2]) AS expected, false AS more
FROM fun, LATERAL (VALUES
  (provolatile <> 'i', ARRAY['IMMUTABLE', 'volatility']), (provolatile <> 's', ARRAY['STABLE', 'volatility']), (provolatile <> 'v', ARRAY['VOLATILE', 'volatility']),
  (true, ARRAY[CASE WHEN proisstrict THEN 'CALLED ON NULL INPUT' ELSE 'STRICT' END, 'strict']),
  (true, ARRAY[CASE WHEN prosecdef THEN 'SECURITY INVOKER' ELSE 'SECURITY DEFINER' END, 'security_definer']),
  (true, ARRAY[CASE WHEN proleakproof THEN 'NOT LEAKPROOF' ELSE 'LEAKPROOF' END, 'leakproof']),
  (proparallel <> 's', ARRAY['PARALLEL SAFE', 'parallel']), (proparallel <> 'r', ARRAY['PARALLEL RESTRICTED', 'parallel']),
  (true, ARRAY['COST 321', 'cost']), (proretset, ARRAY['ROWS 77', 'rows']), (true, ARRAY['SET work_mem = ''5MB''', 'settings']),
  (true, ARRAY['SET search_path = pg_catalog, "odd ""one"""', 'settings'])) AS u (fits, v)
WHERE what = 'FUNCTION' AND fits;

-- form: function/reset setting
SELECT format('ALTER %s %s RESET ALL', what, q) AS statement, format('changed %s: settings', path) AS expected, false AS more
FROM fun WHERE proconfig IS NOT NULL AND what <> 'AGGREGATE';

-- form: function/body
SELECT replace(pg_get_functiondef(oid), prosrc, prosrc || E'\n-- slipway\n') AS statement, format('changed %s: body', path) AS expected, false AS more
FROM fun WHERE what <> 'AGGREGATE' AND lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL AND length(prosrc) > 20;

-- form: function/default
SELECT regexp_replace(pg_get_functiondef(oid), '[)]\n RETURNS', E' DEFAULT NULL)\n RETURNS') AS statement, format('changed %s: arguments', path) AS expected, false AS more
FROM fun WHERE what = 'FUNCTION' AND pronargs > 0 AND pronargdefaults = 0 AND proargmodes IS NULL;

-- form: function/result
SELECT format('DROP FUNCTION %s; %s', q, regexp_replace(pg_get_functiondef(oid), E'\n RETURNS ', E'\n RETURNS SETOF ')) AS statement, format('changed %s: result', path) AS expected, true AS more
FROM fun WHERE what = 'FUNCTION' AND NOT proretset AND lanname IN ('sql', 'plpgsql') AND prorettype NOT IN ('trigger'::regtype, 'void'::regtype) AND proacl IS NULL AND proargmodes IS NULL;

-- form: function/depends on extension
SELECT format('ALTER %s %s DEPENDS ON EXTENSION plpgsql', what, q) AS statement, format('changed %s: depends_on_extensions', path) AS expected, false AS more
FROM fun WHERE what <> 'AGGREGATE';

-- form: trigger/create
SELECT format('CREATE TRIGGER slipway_g %s ON %s %s EXECUTE FUNCTION %s()', v[1], r.q, v[2], f.q) AS statement, format('created trigger %s.slipway_g', r.tail) AS expected, false AS more
FROM tab r, trigger_function f, (VALUES (ARRAY['BEFORE UPDATE', 'FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)']), (ARRAY['AFTER INSERT OR DELETE', 'FOR EACH STATEMENT']),
  (ARRAY['AFTER UPDATE', 'REFERENCING OLD TABLE AS slipway_old FOR EACH STATEMENT'])) AS u (v) WHERE NOT r.has_children;

-- form: trigger/create constraint trigger
SELECT format('CREATE CONSTRAINT TRIGGER slipway_g AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %s()', r.q, f.q) AS statement,
  format('created trigger %s.slipway_g', r.tail) AS expected, true AS more
FROM tab r, trigger_function f WHERE NOT r.has_children;

-- form: trigger/create on view
SELECT format('CREATE TRIGGER slipway_g INSTEAD OF INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %s()', r.q, f.q) AS statement, format('created trigger %s.slipway_g', r.tail) AS expected, false AS more
FROM rel r, trigger_function f WHERE r.relkind = 'v';

-- form: trigger/drop
SELECT format('DROP TRIGGER %s ON %s', q, tq) AS statement, 'dropped ' || path AS expected, true AS more FROM trg;

-- form: trigger/rename
SELECT format('ALTER TRIGGER %s ON %s RENAME TO slipway_renamed', q, tq) AS statement, format(E'dropped %s\ncreated trigger %s.slipway_renamed', path, ttail) AS expected, true AS more FROM trg;

-- form: trigger/enabled
SELECT format('ALTER TABLE %s %s TRIGGER %s', tq, v[2], q) AS statement, format('changed %s: enabled', path) AS expected, false AS more
FROM trg, (VALUES (ARRAY['D', 'DISABLE']), (ARRAY['R', 'ENABLE REPLICA']), (ARRAY['A', 'ENABLE ALWAYS'])) AS u (v) WHERE tgenabled::text <> v[1] AND tgtype & 64 = 0;

-- form: trigger/definition
SELECT format('DROP TRIGGER %s ON %s; %s', q, tq, CASE WHEN def ~ ' BEFORE ' THEN replace(def, ' BEFORE ', ' AFTER ') ELSE replace(def, ' AFTER ', ' BEFORE ') END) AS statement,
  format('changed %s: definition', path) AS expected, false AS more
FROM trg WHERE def ~ ' BEFORE | AFTER ' AND def !~ 'CONSTRAINT TRIGGER|REFERENCING' AND comment IS NULL AND tgenabled = 'O';

-- form: trigger/arguments
SELECT format('DROP TRIGGER %s ON %s; %s', q, tq, regexp_replace(def, '[(][)]$', '(''one'', ''it''''s'')')) AS statement, format('changed %s: definition', path) AS expected, false AS more
FROM trg WHERE def ~ '[(][)]$' AND def !~ 'CONSTRAINT TRIGGER' AND comment IS NULL AND tgenabled = 'O';

-- form: trigger/comment
SELECT format('COMMENT ON TRIGGER %s ON %s IS %L', q, tq, 'said by slipway') AS statement, format('changed %s: comment', path) AS expected, false AS more FROM trg;

-- form: trigger/depends on extension
SELECT format('ALTER TRIGGER %s ON %s DEPENDS ON EXTENSION plpgsql', q, tq) AS statement, format('changed %s: depends_on_extensions', path) AS expected, false AS more FROM trg;

-- form: rule/create
SELECT format('CREATE RULE slipway_r AS ON %s TO %s DO %s', v[1], q, v[2]) AS statement, format('created rule %s.slipway_r', tail) AS expected, false AS more
FROM rel, (VALUES (ARRAY['DELETE', 'INSTEAD NOTHING']), (ARRAY['UPDATE', 'ALSO NOTIFY slipway_channel'])) AS u (v) WHERE relkind IN ('r', 'v');

-- form: rule/change
SELECT format(v[1], q, tq) AS statement, replace(format(v[2], path, ttail), '|', E'\n') AS expected, false AS more
FROM rul, LATERAL (VALUES (true, ARRAY['DROP RULE %s ON %s', 'dropped %s']), (true, ARRAY['ALTER RULE %s ON %s RENAME TO slipway_renamed', 'dropped %s|created rule %s.slipway_renamed']),
  (relkind <> 'v', ARRAY['ALTER TABLE %2$s DISABLE RULE %1$s', 'changed %s: enabled']), (true, ARRAY['COMMENT ON RULE %s ON %s IS ''said by slipway''', 'changed %s: comment'])) AS u (fits, v) WHERE fits;

-- form: policy/create
SELECT format('CREATE POLICY slipway_p ON %s %s (%s IS NOT NULL)', tq, v, q) AS statement, format('created policy %s.slipway_p', ttail) AS expected, false AS more
FROM own, unnest(ARRAY['USING', 'AS RESTRICTIVE FOR UPDATE TO slipway_a, slipway_b USING (true) WITH CHECK', 'FOR INSERT TO slipway_b WITH CHECK', 'FOR SELECT TO CURRENT_USER USING']) AS v;

-- form: policy/change
SELECT format(v[1], q, tq) AS statement, replace(format(v[2], path, ttail), '|', E'\n') AS expected, false AS more
FROM pol, LATERAL (VALUES (true, ARRAY['DROP POLICY %s ON %s', 'dropped %s']), (true, ARRAY['ALTER POLICY %s ON %s RENAME TO slipway_renamed', 'dropped %s|created policy %s.slipway_renamed']),
  (polqual IS NOT NULL, ARRAY['ALTER POLICY %s ON %s USING (NOT NULL)', 'changed %s: using']), (true, ARRAY['ALTER POLICY %s ON %s TO slipway_a, slipway_b', 'changed %s: roles']),
  (true, ARRAY['COMMENT ON POLICY %s ON %s IS ''said by slipway''', 'changed %s: comment'])) AS u (fits, v) WHERE fits;

-- form: view/create
SELECT format(v[1], quote_ident(nspname), q) AS statement, format(v[2], pg_temp.shown(nspname)) AS expected, false AS more
FROM rel, (VALUES (ARRAY['CREATE VIEW %s.slipway_v AS SELECT * FROM %s', 'created view %s.slipway_v']),
  (ARRAY['CREATE VIEW %s.slipway_v WITH (security_barrier, security_invoker = true) AS SELECT * FROM %s WHERE random() > 0.5', 'created view %s.slipway_v']),
  (ARRAY['CREATE VIEW %1$s.slipway_v AS SELECT * FROM %2$s WITH CASCADED CHECK OPTION', 'created view %s.slipway_v']),
  (ARRAY['CREATE MATERIALIZED VIEW %s.slipway_v AS SELECT * FROM %s', 'created materialized view %s.slipway_v']),
  (ARRAY['CREATE MATERIALIZED VIEW %s.slipway_v WITH (fillfactor = 50) AS SELECT count(*) AS n FROM %s WITH NO DATA', 'created materialized view %s.slipway_v']),
  (ARRAY['CREATE RECURSIVE VIEW %1$s.slipway_v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM slipway_v WHERE n < 10', 'created view %s.slipway_v'])) AS u (v)
WHERE relkind IN ('r', 'p', 'v', 'm');

-- form: view/query
SELECT format('CREATE OR REPLACE VIEW %s AS SELECT * FROM (%s) AS slipway_x', q, rtrim(pg_get_viewdef(oid), ';')) AS statement, format('changed %s: query', path) AS expected, false AS more
FROM rel WHERE relkind = 'v' AND reloptions IS NULL;

-- form: view/append column
SELECT format('CREATE OR REPLACE VIEW %s AS SELECT slipway_x.*, 1 AS slipway_new FROM (%s) AS slipway_x', q, rtrim(pg_get_viewdef(oid), ';')) AS statement,
  format(E'changed %s: query\ncreated column %s.slipway_new', path, tail) AS expected, false AS more
FROM rel WHERE relkind = 'v' AND reloptions IS NULL;

-- form: view/replaced
SELECT format('DROP %1$s %2$s CASCADE; CREATE %1$s %2$s AS SELECT 1 AS slipway_new', what, q) AS statement, format(E'changed %s: query\ncreated column %s.slipway_new', path, tail) AS expected, true AS more
FROM rel WHERE relkind IN ('v', 'm');

-- form: view/options
SELECT format('ALTER VIEW %s SET (%s)', q, o) AS statement, format('changed %s: options', path) AS expected, false AS more
FROM rel, unnest(ARRAY['security_barrier = true', 'security_invoker = true', 'check_option = local']) AS o WHERE relkind = 'v' AND reloptions IS NULL;

-- form: view/column default
SELECT format('ALTER VIEW %s ALTER COLUMN %s SET DEFAULT %s', tq, q, pg_temp.value_of(atttypid, 1)) AS statement, format('changed %s: default', path) AS expected, false AS more
FROM col WHERE relkind = 'v' AND pg_temp.value_of(atttypid, 1) IS NOT NULL;

-- form: view/not populated
SELECT format('REFRESH MATERIALIZED VIEW %s %s', q, CASE WHEN relispopulated THEN 'WITH NO DATA' END) AS statement, format('changed %s: not_populated', path) AS expected, false AS more
FROM rel WHERE relkind = 'm';
