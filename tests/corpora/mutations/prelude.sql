-- What can be changed in a schema, as queries over its own catalog: each form yields statements, what each of them must be
-- seen as, and whether more may come along with it (what depends on a dropped object; names that texts mention).
--
-- Seen as: lines "created PATH", "dropped PATH" and "changed PATH: PROPERTY"; none for what is no change of the schema.
-- "(looked at only)" after the name of a form: there is no statement that could bring it about or undo it.
-- The roles slipway_a and slipway_b and the tablespace slipway_space are there. search_path is empty.


CREATE FUNCTION pg_temp.shown(name text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT CASE WHEN name ~ '^[a-z0-9_$]+$' THEN name ELSE '"' || replace(name, '"', '""') || '"' END$$;
CREATE FUNCTION pg_temp.made_itself(catalog regclass, object oid) RETURNS bool LANGUAGE sql STABLE AS
  $$SELECT NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = catalog AND d.objid = object AND d.deptype IN ('e', 'i'))$$;

CREATE TEMP TABLE nsp AS
  SELECT n.oid, n.nspname, format('%I', n.nspname) AS q, 'schema ' || pg_temp.shown(n.nspname) AS path
  FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';

CREATE TEMP TABLE rel AS
  SELECT c.oid, c.relkind, c.relname, n.nspname, c.relpersistence, c.relispartition, c.relreplident, c.relrowsecurity,
    c.relforcerowsecurity, c.reloptions, c.relacl, c.relowner, c.reltablespace, c.relispopulated, c.reltoastrelid,
    format('%I.%I', n.nspname, c.relname) AS q,
    pg_temp.shown(n.nspname) || '.' || pg_temp.shown(c.relname) AS tail,
    CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
      WHEN 'f' THEN 'foreign table ' ELSE 'table ' END || pg_temp.shown(n.nspname) || '.' || pg_temp.shown(c.relname) AS path,
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
      WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS what,
    EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS has_children,
    EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS has_parents
  FROM pg_class c JOIN nsp n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND pg_temp.made_itself('pg_class', c.oid);
CREATE TEMP VIEW tab AS SELECT * FROM rel WHERE relkind IN ('r', 'p');

CREATE TEMP TABLE col AS
  SELECT r.oid AS relid, r.relkind, r.q AS tq, r.tail AS ttail, r.path AS tpath, r.has_children, r.has_parents, a.attnum,
    a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, a.attcompression,
    a.attcollation, a.attstattarget, a.atthasdef, a.attinhcount, a.attacl, a.attlen, a.attndims,
    format('%I', a.attname) AS q, format_type(a.atttypid, a.atttypmod) AS type, t.typcategory, t.typtype,
    'column ' || r.tail || '.' || pg_temp.shown(a.attname) AS path, pg_get_expr(d.adbin, d.adrelid) AS expression,
    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS in_key,
    EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
            WHERE o.opcdefault AND o.opcintype IN (a.atttypid, CASE WHEN t.typname = 'varchar' THEN 'text'::regtype END)) AS sorts
  FROM pg_attribute a JOIN rel r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped;
-- Columns of tables that no other table shares.
CREATE TEMP VIEW own AS SELECT * FROM col WHERE relkind IN ('r', 'p') AND NOT has_children AND NOT has_parents;

CREATE TEMP TABLE con AS
  SELECT k.*, r.q AS tq, r.tail AS ttail, r.relkind, r.has_children, r.has_parents, format('%I', k.conname) AS q,
    'constraint ' || r.tail || '.' || pg_temp.shown(k.conname) AS path, pg_get_constraintdef(k.oid) AS def,
    obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k JOIN tab r ON r.oid = k.conrelid
  WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0 AND k.coninhcount = 0;

CREATE TEMP TABLE ind AS
  SELECT i.*, r.q AS tq, r.tail AS ttail, r.relkind, r.has_children, r.has_parents, format('%I.%I', r.nspname, c.relname) AS iq,
    format('%I', c.relname) AS q, c.relname, c.reloptions AS ioptions, m.amname, pg_get_indexdef(i.indexrelid) AS def,
    'index ' || r.tail || '.' || pg_temp.shown(c.relname) AS path, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam JOIN rel r ON r.oid = i.indrelid
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i');

CREATE TEMP TABLE fun AS
  SELECT p.*, l.lanname, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS q,
    n.nspname, n.q AS nq, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END AS what,
    CASE p.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END || pg_temp.shown(n.nspname) || '.'
      || pg_temp.shown(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')' AS path
  FROM pg_proc p JOIN nsp n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE pg_temp.made_itself('pg_proc', p.oid);

CREATE TEMP TABLE typ AS
  SELECT t.*, n.nspname, format('%I.%I', n.nspname, t.typname) AS q, pg_temp.shown(n.nspname) || '.' || pg_temp.shown(t.typname) AS tail,
    CASE t.typtype WHEN 'e' THEN 'enum ' WHEN 'd' THEN 'domain ' WHEN 'c' THEN 'composite type ' WHEN 'r' THEN 'range type '
      ELSE 'base type ' END || pg_temp.shown(n.nspname) || '.' || pg_temp.shown(t.typname) AS path,
    CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END AS what
  FROM pg_type t JOIN nsp n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c' OR t.typtype = 'b' AND t.typsubscript <> 'array_subscript_handler'::regproc)
    AND pg_temp.made_itself('pg_type', t.oid);

CREATE TEMP TABLE seq AS
  SELECT r.*, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
    EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'a'
            AND d.refobjsubid > 0) AS owned
  FROM rel r JOIN pg_sequence s ON s.seqrelid = r.oid;

CREATE TEMP TABLE trg AS
  SELECT g.oid, g.tgname, g.tgenabled, g.tgtype, r.q AS tq, r.tail AS ttail, format('%I', g.tgname) AS q, pg_get_triggerdef(g.oid) AS def,
    'trigger ' || r.tail || '.' || pg_temp.shown(g.tgname) AS path, obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_trigger g JOIN rel r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND NOT r.has_children;
CREATE TEMP TABLE trigger_function AS
  SELECT format('%I.%I', nspname, proname) AS q FROM fun WHERE prorettype = 'trigger'::regtype
  UNION ALL SELECT 'pg_catalog.suppress_redundant_updates_trigger';

CREATE TEMP TABLE rul AS
  SELECT w.rulename, w.ev_enabled, r.q AS tq, r.relkind, r.tail AS ttail, format('%I', w.rulename) AS q, pg_get_ruledef(w.oid) AS def,
    'rule ' || r.tail || '.' || pg_temp.shown(w.rulename) AS path
  FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN';

CREATE TEMP TABLE pol AS
  SELECT p.*, r.q AS tq, r.tail AS ttail, format('%I', p.polname) AS q,
    'policy ' || r.tail || '.' || pg_temp.shown(p.polname) AS path
  FROM pg_policy p JOIN rel r ON r.oid = p.polrelid;

-- A value of a column's type, of those that are common.
CREATE FUNCTION pg_temp.value_of(type oid, which int) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT CASE WHEN type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float8'::regtype) THEN (70 + which)::text
      WHEN type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN quote_literal(chr(96 + which))
      WHEN type = 'bool'::regtype THEN CASE which WHEN 1 THEN 'true' ELSE 'false' END
      WHEN type IN ('timestamptz'::regtype, 'timestamp'::regtype) THEN quote_literal('2001-02-0' || which || ' 03:04:05')
      WHEN type = 'date'::regtype THEN quote_literal('2001-02-0' || which)
      WHEN type = 'uuid'::regtype THEN quote_literal('00000000-0000-0000-0000-00000000000' || which)
      WHEN type IN ('json'::regtype, 'jsonb'::regtype) THEN quote_literal('[' || which || ']')
      WHEN type = 'inet'::regtype THEN quote_literal('10.0.0.' || which) END$$;
