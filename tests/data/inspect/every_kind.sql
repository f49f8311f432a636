-- One object of each kind at least. A line "-- since N" begins what PostgreSQL knows from N on; "-- always" ends it.
CREATE SCHEMA kinds;
CREATE SCHEMA more;
COMMENT ON SCHEMA kinds IS 'one of each';

CREATE TYPE kinds.mood AS ENUM ('sad', 'glad');
CREATE TYPE kinds.pair AS (first int, second text COLLATE "C");
CREATE DOMAIN kinds.short AS varchar(20) COLLATE "C" DEFAULT 'x' CONSTRAINT not_long CHECK (length(VALUE) < 20);
CREATE DOMAIN kinds.needed AS int CONSTRAINT must_be NOT NULL;
CREATE TYPE kinds.span AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "C");
CREATE TYPE kinds.ticks;
CREATE FUNCTION kinds.whole_ticks(kinds.ticks) RETURNS kinds.ticks LANGUAGE internal IMMUTABLE STRICT AS 'int8range_canonical';
CREATE TYPE kinds.ticks AS RANGE (subtype = int8, canonical = kinds.whole_ticks, subtype_diff = int8range_subdiff);
CREATE TYPE kinds.shell;
CREATE TYPE kinds.raw;
CREATE FUNCTION kinds.raw_in(cstring) RETURNS kinds.raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION kinds.raw_out(kinds.raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION kinds.raw_recv(internal) RETURNS kinds.raw LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE FUNCTION kinds.raw_send(kinds.raw) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE kinds.raw (INPUT = kinds.raw_in, OUTPUT = kinds.raw_out, RECEIVE = kinds.raw_recv, SEND = kinds.raw_send,
  STORAGE = extended, CATEGORY = 'x', COLLATABLE = true);

CREATE FUNCTION kinds.twice(a int DEFAULT 1, OUT b int) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
  SET search_path = kinds, public AS 'SELECT 2 * a';
CREATE FUNCTION kinds.several(VARIADIC a int[]) RETURNS SETOF kinds.mood LANGUAGE plpgsql ROWS 7 AS 'BEGIN END';
CREATE FUNCTION kinds.in_c() RETURNS trigger LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION kinds.on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
ALTER FUNCTION kinds.on_row() DEPENDS ON EXTENSION plpgsql;
CREATE FUNCTION kinds.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE kinds.work(INOUT a int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE kinds.total(int) (SFUNC = int4_avg_accum, STYPE = int8[], SSPACE = 64, FINALFUNC = int8_avg,
  COMBINEFUNC = int4_avg_combine, INITCOND = '{0,0}', MSFUNC = int4_avg_accum, MINVFUNC = int4_avg_accum_inv,
  MSTYPE = int8[], MFINALFUNC = int8_avg, MINITCOND = '{0,0}');
CREATE AGGREGATE kinds.part_of(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION kinds.same(int, int) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE OPERATOR kinds.=== (FUNCTION = kinds.same, LEFTARG = int, RIGHTARG = int, COMMUTATOR = OPERATOR(kinds.===),
  RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR kinds.!! (FUNCTION = int4um, RIGHTARG = int);
CREATE OPERATOR CLASS kinds.backwards FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int);
CREATE OPERATOR CLASS kinds.stored FOR TYPE text USING gin AS STORAGE int;
CREATE OPERATOR FAMILY kinds.near USING gist;
ALTER OPERATOR FAMILY kinds.near USING gist ADD OPERATOR 15 <-> (box, point) FOR ORDER BY pg_catalog.float_ops,
  FUNCTION 3 (box, point) gist_point_compress(internal);
CREATE FUNCTION kinds.mood_of(int) RETURNS kinds.mood LANGUAGE sql AS $$SELECT 'sad'::kinds.mood$$;
CREATE CAST (int AS kinds.mood) WITH FUNCTION kinds.mood_of(int) AS ASSIGNMENT;
CREATE CAST (kinds.mood AS varchar) WITH INOUT;
CREATE FUNCTION kinds.out_of(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textin';
CREATE TRANSFORM FOR kinds.mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION kinds.out_of(internal));
CREATE FUNCTION kinds.speak() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION kinds.speak_now(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION kinds.listen(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE tongue HANDLER kinds.speak INLINE kinds.speak_now VALIDATOR kinds.listen;
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE COLLATION kinds.plain (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION kinds.loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE CONVERSION kinds.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER kinds.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
  LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE kinds.template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY kinds.words (TEMPLATE = kinds.template, stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION kinds.texts (PARSER = kinds.parser);
ALTER TEXT SEARCH CONFIGURATION kinds.texts ADD MAPPING FOR asciiword, word WITH kinds.words, english_stem;

CREATE SEQUENCE kinds.numbers AS int INCREMENT 2 MINVALUE 5 MAXVALUE 500 START 7 CACHE 3 CYCLE;
CREATE TABLE kinds.plain (
  id int GENERATED BY DEFAULT AS IDENTITY (START 10) CONSTRAINT plain_key PRIMARY KEY,
  label text COLLATE "C" NOT NULL DEFAULT 'none',
  amount numeric(10, 2) CONSTRAINT positive CHECK (amount > 0),
  doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
  during int4range,
  CONSTRAINT apart EXCLUDE USING gist (during WITH &&),
  CONSTRAINT label_once UNIQUE (label) INCLUDE (amount) DEFERRABLE
);
ALTER TABLE kinds.plain ALTER COLUMN label SET STORAGE external;
ALTER TABLE kinds.plain ALTER COLUMN label SET STATISTICS 50;
ALTER TABLE kinds.plain ALTER COLUMN label SET (n_distinct = 5);
ALTER TABLE kinds.plain SET (fillfactor = 80, toast.autovacuum_enabled = off);
ALTER SEQUENCE kinds.numbers OWNED BY kinds.plain.amount;
CREATE INDEX plain_part ON kinds.plain USING btree (lower(label) text_pattern_ops DESC, amount) WHERE amount > 5;
ALTER INDEX kinds.plain_part ALTER COLUMN 1 SET STATISTICS 70;
CREATE TABLE kinds.child (note text) INHERITS (kinds.plain);
CREATE UNLOGGED TABLE kinds.typed OF kinds.pair;
CREATE TABLE kinds.referring (a int, b int);
ALTER TABLE kinds.referring ADD CONSTRAINT to_plain FOREIGN KEY (a) REFERENCES kinds.plain (id) MATCH FULL
  ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID;
CREATE TABLE kinds.parted (at date NOT NULL, n int) PARTITION BY RANGE (at, (n + 1) int4_ops);
CREATE TABLE kinds.parted_1 PARTITION OF kinds.parted FOR VALUES FROM ('2020-01-01', 0) TO ('2021-01-01', 0);
CREATE TABLE kinds.parted_rest PARTITION OF kinds.parted DEFAULT;
CREATE INDEX parted_at ON kinds.parted (at);
CREATE VIEW kinds.shown WITH (security_barrier = true) AS SELECT id, label FROM kinds.plain;
ALTER VIEW kinds.shown ALTER COLUMN label SET DEFAULT 'seen';
CREATE MATERIALIZED VIEW kinds.kept AS SELECT id FROM kinds.plain WITH NO DATA;
CREATE RULE into_plain AS ON INSERT TO kinds.shown WHERE NEW.id > 5 DO INSTEAD INSERT INTO kinds.plain (label) VALUES (NEW.label);
CREATE RULE no_delete AS ON DELETE TO kinds.shown DO INSTEAD NOTHING;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF label ON kinds.plain FOR EACH ROW WHEN (NEW.label <> 'a')
  EXECUTE FUNCTION kinds.on_row('x');
CREATE CONSTRAINT TRIGGER at_end AFTER UPDATE ON kinds.plain DEFERRABLE FOR EACH ROW EXECUTE FUNCTION kinds.on_row();
CREATE TRIGGER with_rows AFTER UPDATE ON kinds.referring REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION kinds.on_row();
CREATE TRIGGER on_parts AFTER INSERT ON kinds.parted FOR EACH ROW EXECUTE FUNCTION kinds.on_row();
ALTER TABLE kinds.plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON kinds.plain FOR UPDATE TO pg_monitor USING (id > 1) WITH CHECK (id > 2);
CREATE STATISTICS kinds.together (ndistinct, dependencies) ON id, label FROM kinds.plain;
CREATE EVENT TRIGGER watcher ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION kinds.on_ddl();
ALTER EVENT TRIGGER watcher DISABLE;

CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (a '1');
CREATE SERVER outside TYPE 'kind' VERSION '1' FOREIGN DATA WRAPPER wrapper OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR pg_monitor SERVER outside OPTIONS (user 'u', password 'not to be shown');
CREATE FOREIGN TABLE kinds.far (a int OPTIONS (name 'b') NOT NULL) SERVER outside OPTIONS (relation 'r');
CREATE PUBLICATION partly FOR TABLE kinds.plain WITH (publish = 'insert, update');
CREATE PUBLICATION every FOR ALL TABLES;
CREATE SUBSCRIPTION taking CONNECTION 'host=nowhere password=hidden' PUBLICATION p WITH (connect = false, slot_name = NONE);

GRANT SELECT ON kinds.plain TO pg_monitor;
GRANT UPDATE (label) ON kinds.plain TO pg_monitor WITH GRANT OPTION;
GRANT USAGE ON SCHEMA kinds TO pg_monitor;
GRANT USAGE ON SEQUENCE kinds.numbers TO pg_monitor;
REVOKE EXECUTE ON FUNCTION kinds.twice(int) FROM PUBLIC;
REVOKE USAGE ON TYPE kinds.mood FROM PUBLIC;
GRANT USAGE ON FOREIGN DATA WRAPPER wrapper TO pg_monitor;
GRANT USAGE ON FOREIGN SERVER outside TO pg_monitor;
REVOKE USAGE ON LANGUAGE tongue FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA kinds GRANT SELECT ON TABLES TO pg_monitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMENT ON TABLE kinds.plain IS 'a table';
COMMENT ON COLUMN kinds.plain.label IS 'a column';
COMMENT ON CONSTRAINT positive ON kinds.plain IS 'a constraint';
COMMENT ON CONSTRAINT not_long ON DOMAIN kinds.short IS 'a constraint of a domain';
COMMENT ON INDEX kinds.plain_key IS 'the index of a constraint';
COMMENT ON INDEX kinds.plain_part IS 'an index';
COMMENT ON TRIGGER before_row ON kinds.plain IS 'a trigger';
COMMENT ON RULE no_delete ON kinds.shown IS 'a rule';
COMMENT ON POLICY mine ON kinds.plain IS 'a policy';
COMMENT ON STATISTICS kinds.together IS 'statistics';
COMMENT ON SEQUENCE kinds.plain_id_seq IS 'the sequence of an identity';
COMMENT ON COLUMN kinds.pair.first IS 'a column of a composite type';
COMMENT ON COLUMN kinds.shown.id IS 'a column of a view';
GRANT USAGE ON LANGUAGE plpgsql TO pg_monitor;
-- since 14
CREATE FUNCTION kinds.parsed(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
CREATE TABLE kinds.packed (a text COMPRESSION pglz);
CREATE STATISTICS kinds.computed ON (id + 1), (label || 'x') FROM kinds.plain;
CREATE TYPE kinds.own_name AS RANGE (subtype = int, multirange_type_name = kinds.many);
-- since 15
CREATE TABLE kinds.newer_key (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE kinds.newer (a int, b int, UNIQUE NULLS NOT DISTINCT (a), FOREIGN KEY (a, b) REFERENCES kinds.newer_key
  ON DELETE SET NULL (b));
CREATE PUBLICATION chosen FOR TABLE kinds.referring (b, a) WHERE (a > 1);
CREATE PUBLICATION more FOR TABLES IN SCHEMA more;
-- since 16
CREATE COLLATION kinds.ruled (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W');
-- since 17
CREATE COLLATION kinds.inside (PROVIDER = builtin, LOCALE = 'C.UTF-8');
GRANT MAINTAIN ON kinds.plain TO pg_monitor;
COMMENT ON CONSTRAINT must_be ON DOMAIN kinds.needed IS 'not null of a domain';
-- since 18
CREATE TABLE kinds.newest (a int CONSTRAINT must_be NOT NULL, b int4range, c int GENERATED ALWAYS AS (a + 1) VIRTUAL,
  d int, e int4range, CONSTRAINT in_time UNIQUE (e, b WITHOUT OVERLAPS), CONSTRAINT loosely CHECK (a > 1) NOT ENFORCED);
ALTER TABLE kinds.newest ADD CONSTRAINT later NOT NULL d NOT VALID;
COMMENT ON CONSTRAINT must_be ON kinds.newest IS 'not null';
CREATE PUBLICATION computed FOR TABLE kinds.newest WITH (publish_generated_columns = stored);
