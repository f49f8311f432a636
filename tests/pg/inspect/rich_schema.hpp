#pragma once

namespace slipway::inspect {

/// A schema with something of everything that hangs on relations, in odd names, too.
inline constexpr auto* k_rich_schema = R"sql(
CREATE SCHEMA app;
CREATE SCHEMA "Odd ""Name";
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TYPE app.mood AS ENUM ('sad', 'glad');
CREATE DOMAIN app.amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TYPE app.kind AS (a int, b text);

CREATE TABLE app.users (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 CACHE 5),
  email varchar(100) NOT NULL CHECK (email LIKE '%@%'),
  "Full Name" text COLLATE "C" DEFAULT 'x''y',
  gone int,
  shouting text GENERATED ALWAYS AS (upper(email)) STORED,
  tags text[] DEFAULT '{}', mood app.mood DEFAULT 'sad', price app.amount,
  since timestamptz DEFAULT '2020-01-01 00:00+02', span interval DEFAULT '1 day 02:03:04',
  factor double precision DEFAULT '0.12345'::float8, day date DEFAULT '2020-02-03', raw bytea DEFAULT '\x00ff',
  PRIMARY KEY (id) INCLUDE (email), UNIQUE (email))
  WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE app.users DROP COLUMN gone;
ALTER TABLE app.users ALTER "Full Name" SET STORAGE external, ALTER tags SET STATISTICS 50;
ALTER TABLE app.users ALTER tags SET (n_distinct = -0.5);
CREATE INDEX users_expression ON app.users
  (lower(email), ("Full Name" || 'it''s, (really)') COLLATE "C" DESC NULLS LAST, id)
  INCLUDE (price) WITH (fillfactor = 60) WHERE since > '2021-01-01 00:00+00' AND mood = 'sad';
ALTER INDEX app.users_expression ALTER COLUMN 1 SET STATISTICS 500;
CREATE INDEX users_pattern ON app.users (email varchar_pattern_ops, id DESC);
CREATE INDEX "users name" ON app.users ("Full Name");
CREATE INDEX users_tags ON app.users USING gin (tags);
ALTER TABLE app.users CLUSTER ON "users name";
ALTER TABLE app.users REPLICA IDENTITY USING INDEX users_email_key;
COMMENT ON INDEX app.users_pkey IS 'the key';
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR SELECT TO pg_monitor USING (email = current_user);
CREATE TRIGGER touched BEFORE UPDATE OF email, id ON app.users FOR EACH ROW
  WHEN (new.email IS DISTINCT FROM old.email) EXECUTE FUNCTION app.touch('1', 'b');
GRANT SELECT (email), UPDATE (id) ON app.users TO pg_monitor;

CREATE TABLE app.orders (
  id serial PRIMARY KEY DEFERRABLE, user_id bigint, r int4range, made date,
  CONSTRAINT "to users" FOREIGN KEY (user_id) REFERENCES app.users (id)
    ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT apart EXCLUDE USING gist (r WITH &&) WHERE (id > 5));
CREATE RULE nope AS ON DELETE TO app.orders WHERE old.id = 1 DO INSTEAD NOTHING;
GRANT SELECT ON app.orders TO PUBLIC;
REVOKE ALL ON app.orders FROM CURRENT_USER;
CREATE TABLE app.old_orders (reason text, id int NOT NULL) INHERITS (app.orders);
ALTER TABLE app.orders ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.orders DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.orders ENABLE REPLICA TRIGGER late;
CREATE TABLE app.typed OF app.kind (PRIMARY KEY (a), b DEFAULT 'z');
CREATE UNLOGGED TABLE "Odd ""Name"."select" ("from" int, "Ünïcode
line" int UNIQUE);

CREATE TABLE app.events (id int NOT NULL, at date NOT NULL, kind text, CHECK (id > 0))
  PARTITION BY RANGE (at, lower(kind));
CREATE TABLE app.events_1 PARTITION OF app.events
  FOR VALUES FROM ('2020-01-01', MINVALUE) TO ('2021-01-01', MINVALUE);
CREATE TABLE app.events_2 PARTITION OF app.events DEFAULT PARTITION BY HASH (id);
CREATE TABLE app.events_2a PARTITION OF app.events_2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX events_kind ON app.events (kind);
CREATE INDEX events_1_own ON app.events_1 (kind, id);
CREATE TRIGGER counted AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.events_1 DISABLE TRIGGER counted;
CREATE TABLE app.parts (id int, region int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES IN (1, NULL);
CREATE TABLE app.parts_2 (region int NOT NULL, id int NOT NULL, note text);
ALTER TABLE app.parts_2 DROP COLUMN note;
ALTER TABLE app.parts ATTACH PARTITION app.parts_2 FOR VALUES IN (2);
CREATE TABLE app.links (id int, region int, part int,
  FOREIGN KEY (region, part) REFERENCES app.parts (region, id)) PARTITION BY LIST (region);
CREATE TABLE app.links_1 PARTITION OF app.links FOR VALUES IN (1);

CREATE VIEW app.summary (who, n) WITH (security_barrier) AS
  SELECT u.email, count(*) FROM app.users u LEFT JOIN app.orders o ON o.user_id = u.id
  WHERE u.since > '2020-06-01 12:00+00' GROUP BY u.email;
CREATE VIEW app.chosen AS SELECT id, email FROM app.users WHERE id > 3 WITH LOCAL CHECK OPTION;
ALTER VIEW app.chosen ALTER email SET DEFAULT 'a@b';
CREATE MATERIALIZED VIEW app.cached WITH (fillfactor = 50) AS
  SELECT who, n FROM app.summary WITH NO DATA;
CREATE UNIQUE INDEX cached_who ON app.cached (who);
CREATE STATISTICS app.related (ndistinct, dependencies) ON email, since FROM app.users;
CREATE SEQUENCE app.down AS int INCREMENT -1 MINVALUE -100 START -5 CYCLE;
GRANT USAGE ON SEQUENCE app.down TO PUBLIC;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO pg_monitor;
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER away FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE app.distant (a int OPTIONS (x '1') NOT NULL, b text)
  SERVER away OPTIONS (y 'two words', z '');
)sql";

} // namespace slipway::inspect
