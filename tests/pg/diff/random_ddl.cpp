#include "random_ddl.hpp"

namespace slipway::test {

namespace {

const std::vector<std::string> k_schemas = {"app", "app", "app", "\"Odd \"\"One\"", "z"};
const std::vector<std::string> k_tables = {"t1", "t2", "t3", "\"T 4\"", "\"order\""};
const std::vector<std::string> k_columns = {"a", "b", "c", "d", "\"E\"", "\"user\""};
const std::vector<std::string> k_types = {
    "integer",       "bigint",    "text",        "varchar(10)",  "varchar(40)",     "numeric(8,2)",
    "numeric(12,2)", "timestamp", "timestamptz", "boolean",      "jsonb",           "date",
    "uuid",          "text[]",    "app.mood",    "app.positive", "double precision"};
const std::vector<std::string> k_roles = {"slipway_reader", "slipway_writer"};

} // namespace

int RandomDdl::below(int limit) {
  return static_cast<int>(random_() % static_cast<std::uint64_t>(limit));
}

std::string RandomDdl::pick(const std::vector<std::string>& from) {
  return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
}

std::string RandomDdl::schema() {
  return pick(k_schemas);
}

std::string RandomDdl::table() {
  return schema() + "." + pick(k_tables);
}

std::string RandomDdl::column() {
  return pick(k_columns);
}

std::string RandomDdl::type() {
  return pick(k_types);
}

std::string RandomDdl::role() {
  return pick(k_roles);
}

std::string RandomDdl::function() {
  return "app.f" + number(3);
}

std::string RandomDdl::constant(const std::string& type) {
  if (type == "text" || type.rfind("varchar", 0) == 0)
    return pick({"'x'", "'it''s'", "''", "NULL"});
  if (type == "timestamptz" || type == "timestamp") return pick({"now()", "'2024-01-01'"});
  if (type == "boolean") return pick({"true", "false"});
  if (type == "jsonb") return "'{}'";
  if (type == "date") return "CURRENT_DATE";
  if (type == "uuid") return "'00000000-0000-0000-0000-000000000000'";
  if (type == "text[]") return "'{}'";
  if (type == "app.mood") return "'ok'";
  return number(5);
}

std::string RandomDdl::expression() {
  switch (below(5)) {
  case 0:
    return "(" + column() + " IS NOT NULL)";
  case 1:
    return "lower(" + column() + "::text)";
  case 2:
    return "(" + column() + " + 1)";
  case 3:
    return "coalesce(" + column() + ", " + column() + ")";
  default:
    return "length(" + column() + "::text)";
  }
}

std::string RandomDdl::predicate() {
  switch (below(6)) {
  case 0:
    return column() + " IS NOT NULL";
  case 1:
    return column() + " > " + number(9);
  case 2:
    return column() + " IN ('a', 'b')";
  case 3:
    return "length(" + column() + "::text) < " + number(50);
  case 4:
    return column() + " IS DISTINCT FROM " + column();
  default:
    return column() + " BETWEEN 1 AND " + number(20);
  }
}

std::string RandomDdl::create_type() {
  switch (below(6)) {
  case 0:
    return "CREATE TYPE app.mood AS ENUM (" +
           pick({"'ok'", "'ok', 'bad'", "'bad', 'ok', 'it''s'"}) + ")";
  case 1:
    return "CREATE DOMAIN app.positive AS integer" + pick({"", " DEFAULT 1", " NOT NULL"}) +
           " CONSTRAINT positive_check CHECK (VALUE > " + number(2) + ")";
  case 2:
    return "CREATE TYPE app.pair AS (x " + pick({"integer", "bigint"}) + ", y text)";
  case 3:
    return "CREATE TYPE app.span AS RANGE (subtype = " + pick({"float8", "integer"}) + ")";
  case 4:
    return "CREATE TYPE app.e" + number(2) + " AS ENUM ('one', 'two')";
  default:
    return "CREATE DOMAIN app.email AS text CHECK (VALUE LIKE '%@%')";
  }
}

std::string RandomDdl::create_sequence() {
  return "CREATE SEQUENCE " + schema() + ".s" + number(2) + pick({"", " AS integer"}) +
         pick({"", " INCREMENT BY 5", " INCREMENT BY -1"}) + pick({"", " CACHE 10", " CYCLE"});
}

std::string RandomDdl::create_function() {
  const auto name = function();
  switch (below(6)) {
  case 0:
    return "CREATE OR REPLACE FUNCTION " + name +
           "(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x + " + number(9) + "'";
  case 1:
    return "CREATE OR REPLACE FUNCTION " + name +
           "(x integer DEFAULT 3, y text DEFAULT 'a') RETURNS text LANGUAGE sql " +
           pick({"STABLE", "VOLATILE", "IMMUTABLE PARALLEL SAFE"}) + " AS $$SELECT y || x$$";
  case 2:
    return "CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
           "RETURN NEW; /* " +
           number(5) + " */ END$$";
  case 3:
    return "CREATE OR REPLACE PROCEDURE app.p" + number(2) +
           "(INOUT n integer) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, app "
           "AS $$BEGIN n := n + " +
           number(4) + "; END$$";
  case 4:
    return "CREATE OR REPLACE FUNCTION app.rows_of() RETURNS SETOF " + table() +
           " LANGUAGE sql STABLE ROWS 50 AS 'SELECT * FROM app.t1'";
  default:
    return "CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '" +
           number(3) + "')";
  }
}

std::string RandomDdl::create_table() {
  const auto kind = below(10);
  std::string text = kind == 0 ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
  text += table() + " (id " +
          pick({"integer PRIMARY KEY", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                "serial PRIMARY KEY", "bigint NOT NULL",
                "integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 2)"});
  const int columns = 1 + below(5);
  for (int at = 0; at < columns; ++at) {
    const auto kind_of_value = type();
    text += ", " + k_columns[static_cast<std::size_t>(at)] + " " + kind_of_value;
    if (kind_of_value == "text" && chance(15)) text += " COLLATE \"C\"";
    if (chance(25)) text += " NOT NULL";
    if (chance(25))
      text += " DEFAULT " + constant(kind_of_value);
    else if (chance(5))
      text += " UNIQUE";
  }
  if (chance(10)) text += ", g integer GENERATED ALWAYS AS (id::integer * 2) STORED";
  if (chance(15)) text += ", CONSTRAINT ck CHECK (" + predicate() + ")";
  text += ")";
  if (kind == 1) text += " PARTITION BY RANGE (id)";
  if (kind == 2) text += " WITH (fillfactor = 70)";
  return text;
}

std::string RandomDdl::create_partition() {
  const auto from = below(3) * 10;
  return "CREATE TABLE app.part" + std::to_string(from) + " PARTITION OF " + table() +
         (chance(20) ? " DEFAULT"
                     : " FOR VALUES FROM (" + std::to_string(from) + ") TO (" +
                           std::to_string(from + 10) + ")");
}

std::string RandomDdl::create_view() {
  const auto name = "app.v" + number(3);
  switch (below(5)) {
  case 0:
    return "CREATE VIEW " + name + " AS SELECT * FROM " + table();
  case 1:
    return "CREATE VIEW " + name + " WITH (security_barrier = true) AS SELECT id, " + column() +
           " FROM " + table() + " WHERE " + predicate();
  case 2:
    return "CREATE MATERIALIZED VIEW app.m" + number(2) + " AS SELECT " + column() +
           ", count(*) AS n FROM " + table() + " GROUP BY 1" + pick({"", " WITH NO DATA"});
  case 3:
    return "CREATE VIEW " + name + " AS SELECT * FROM app.v" + number(3);
  default:
    return "CREATE VIEW " + name + " AS SELECT id, " + function() + "(1) AS f FROM " + table();
  }
}

std::string RandomDdl::create_index() {
  std::string text = "CREATE ";
  if (chance(25)) text += "UNIQUE ";
  text += "INDEX i" + number(4) + " ON " + pick({table(), table(), "app.m1"});
  switch (below(6)) {
  case 0:
    return text + " (" + column() + ", " + column() + ")";
  case 1:
    return text + " (" + column() + " DESC NULLS LAST) WHERE " + predicate();
  case 2:
    return text + " (" + expression() + ")";
  case 3:
    return text + " (" + column() + ") INCLUDE (" + column() + ")";
  case 4:
    return text + " USING hash (" + column() + ")";
  default:
    return text + " (" + column() + " text_pattern_ops) WITH (fillfactor = 80)";
  }
}

std::string RandomDdl::create_trigger() {
  return "CREATE TRIGGER tr" + number(2) + " " +
         pick({"BEFORE INSERT", "AFTER UPDATE OF " + column(), "BEFORE INSERT OR DELETE",
               "AFTER INSERT OR UPDATE"}) +
         " ON " + table() + pick({" FOR EACH ROW", " FOR EACH STATEMENT"}) +
         " EXECUTE FUNCTION app.touch()";
}

std::string RandomDdl::create_policy() {
  if (chance(30)) return "ALTER TABLE " + table() + " ENABLE ROW LEVEL SECURITY";
  return "CREATE POLICY p" + number(2) + " ON " + table() +
         pick({"", " AS RESTRICTIVE", " FOR SELECT"}) + pick({"", " TO " + role()}) + " USING (" +
         predicate() + ")";
}

std::string RandomDdl::create_constraint() {
  const auto name = "c" + number(4);
  const auto on = "ALTER TABLE " + table() + " ADD CONSTRAINT " + name + " ";
  switch (below(6)) {
  case 0:
    return on + "CHECK (" + predicate() + ")" + pick({"", " NOT VALID", " NO INHERIT"});
  case 1:
    return on + "UNIQUE (" + column() + ")" + pick({"", " DEFERRABLE"});
  case 2:
    return on + "UNIQUE (" + column() + ", " + column() + ")";
  case 3:
    return on + "EXCLUDE USING btree (" + column() + " WITH =)";
  default:
    return on + "FOREIGN KEY (" + column() + ") REFERENCES " + table() +
           pick({"", " ON DELETE CASCADE", " ON UPDATE SET NULL", " DEFERRABLE INITIALLY DEFERRED",
                 " NOT VALID"});
  }
}

std::string RandomDdl::create_other() {
  switch (below(7)) {
  case 0:
    return "CREATE SCHEMA " + schema();
  case 1:
    return "CREATE STATISTICS app.st" + number(2) + " ON a, b FROM " + table();
  case 2:
    return "CREATE RULE r" + number(2) + " AS ON DELETE TO " + table() + " DO INSTEAD NOTHING";
  case 3:
    return "CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)";
  case 4:
    return "CREATE COLLATION app.german (LOCALE = 'C')";
  case 5:
    return "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO " + role();
  default:
    return "CREATE TEXT SEARCH CONFIGURATION app.words (COPY = pg_catalog.simple)";
  }
}

std::string RandomDdl::alter_column() {
  const auto name = column();
  const auto on = "ALTER TABLE " + table() + " ALTER COLUMN " + name + " ";
  switch (below(11)) {
  case 0:
  case 1: {
    const auto to = type();
    return on + "TYPE " + to + pick({"", " USING " + name + "::text::" + to});
  }
  case 2:
    return on + "SET NOT NULL";
  case 3:
    return on + "DROP NOT NULL";
  case 4:
    return on + "SET DEFAULT " + constant(type());
  case 5:
    return on + "DROP DEFAULT";
  case 6:
    return on + "SET STORAGE " + pick({"EXTERNAL", "MAIN", "PLAIN"});
  case 7:
    return on + "SET STATISTICS " + number(500);
  case 8:
    return on + "SET (n_distinct = " + number(100) + ")";
  case 9:
    return "ALTER TABLE " + table() + " DROP COLUMN " + name + pick({"", " CASCADE"});
  default:
    return "ALTER TABLE " + table() + " ADD COLUMN " + name + " " + type() +
           pick({"", " NOT NULL"});
  }
}

std::string RandomDdl::alter_table() {
  const auto on = "ALTER TABLE " + table() + " ";
  switch (below(9)) {
  case 0:
    return on + "SET (fillfactor = " + std::to_string(50 + below(50)) + ")";
  case 1:
    return on + pick({"SET LOGGED", "SET UNLOGGED"});
  case 2:
    return on + "REPLICA IDENTITY " + pick({"FULL", "NOTHING", "DEFAULT"});
  case 3:
    return on + pick({"ENABLE", "DISABLE", "FORCE", "NO FORCE"}) + " ROW LEVEL SECURITY";
  case 4:
    return on + "DROP CONSTRAINT c" + number(4) + pick({"", " CASCADE"});
  case 5:
    return on + "VALIDATE CONSTRAINT c" + number(4);
  case 6:
    return on + pick({"DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"}) + " TRIGGER tr" + number(2);
  case 7:
    return "ALTER TABLE " + table() + " DETACH PARTITION app.part" + std::to_string(below(3) * 10);
  default:
    return on + "ALTER COLUMN id " +
           pick({"DROP IDENTITY IF EXISTS", "SET GENERATED BY DEFAULT", "SET GENERATED ALWAYS"});
  }
}

std::string RandomDdl::alter_type() {
  switch (below(6)) {
  case 0:
    return "ALTER TYPE app.mood ADD VALUE '" + pick({"new", "mid"}) + "'" +
           pick({"", " BEFORE 'ok'", " AFTER 'ok'"});
  case 1:
    return "ALTER DOMAIN app.positive " +
           pick({"SET DEFAULT 4", "DROP DEFAULT", "SET NOT NULL", "DROP NOT NULL"});
  case 2:
    return "ALTER DOMAIN app.positive " +
           pick({"DROP CONSTRAINT positive_check", "ADD CONSTRAINT small CHECK (VALUE < 100)"});
  case 3:
    return "ALTER TYPE app.pair ADD ATTRIBUTE z " + pick({"text", "integer"});
  case 4:
    return "ALTER TYPE app.pair DROP ATTRIBUTE y";
  default:
    return "ALTER SEQUENCE " + schema() + ".s" + number(2) + " " +
           pick({"INCREMENT BY 3", "MAXVALUE 1000", "CYCLE", "CACHE 7", "RESTART"});
  }
}

std::string RandomDdl::alter_other() {
  switch (below(5)) {
  case 0:
    return "ALTER FUNCTION " + function() + "(integer) " +
           pick({"STABLE", "STRICT", "SECURITY DEFINER", "COST 7", "SET work_mem = '4MB'"});
  case 1:
    return "ALTER VIEW app.v" + number(3) + " SET (security_barrier = " + pick({"true", "false"}) +
           ")";
  case 2:
    return "REFRESH MATERIALIZED VIEW app.m" + number(2);
  case 3:
    return "ALTER INDEX app.i" + number(4) +
           pick({" SET (fillfactor = 60)", " RESET (fillfactor)"});
  default:
    return "ALTER TABLE " + table() + " OWNER TO " + role();
  }
}

std::string RandomDdl::drop() {
  const auto how = pick({"", "", " CASCADE"});
  switch (below(9)) {
  case 0:
    return "DROP TABLE " + table() + how;
  case 1:
    return "DROP VIEW app.v" + number(3) + how;
  case 2:
    return "DROP INDEX app.i" + number(4);
  case 3:
    return "DROP FUNCTION " + function() + how;
  case 4:
    return "DROP TRIGGER tr" + number(2) + " ON " + table();
  case 5:
    return "DROP POLICY p" + number(2) + " ON " + table();
  case 6:
    return "DROP SEQUENCE app.s" + number(2) + how;
  case 7:
    return "DROP MATERIALIZED VIEW app.m" + number(2) + how;
  default:
    return "DROP TYPE app." + pick({"pair", "span", "e1"}) + how;
  }
}

std::string RandomDdl::grant() {
  switch (below(5)) {
  case 0:
    return "GRANT SELECT, INSERT ON " + table() + " TO " + role() +
           pick({"", " WITH GRANT OPTION"});
  case 1:
    return "GRANT UPDATE (" + column() + ") ON " + table() + " TO " + role();
  case 2:
    return "REVOKE EXECUTE ON FUNCTION " + function() + "(integer) FROM PUBLIC";
  case 3:
    return "GRANT USAGE ON SCHEMA " + schema() + " TO PUBLIC";
  default:
    return "REVOKE ALL ON " + table() + " FROM " + role();
  }
}

std::string RandomDdl::comment() {
  const auto text = pick({"'why'", "'it''s \\ odd'", "E'two\\nlines'", "NULL"});
  return "COMMENT ON " +
         pick({"TABLE " + table(), "COLUMN " + table() + "." + column(), "VIEW app.v" + number(3),
               "TYPE app.mood", "FUNCTION " + function() + "(integer)", "INDEX app.i" + number(4),
               "CONSTRAINT c" + number(4) + " ON " + table()}) +
         " IS " + text;
}

std::vector<std::string> RandomDdl::creations(int count) {
  constexpr Maker k_makers[] = {&RandomDdl::create_type,
                                &RandomDdl::create_sequence,
                                &RandomDdl::create_function,
                                &RandomDdl::create_table,
                                &RandomDdl::create_table,
                                &RandomDdl::create_table,
                                &RandomDdl::create_partition,
                                &RandomDdl::create_view,
                                &RandomDdl::create_view,
                                &RandomDdl::create_index,
                                &RandomDdl::create_index,
                                &RandomDdl::create_trigger,
                                &RandomDdl::create_policy,
                                &RandomDdl::create_constraint,
                                &RandomDdl::create_constraint,
                                &RandomDdl::create_other,
                                &RandomDdl::grant,
                                &RandomDdl::comment};
  std::vector<std::string> statements = {"CREATE SCHEMA app", create_type(), create_table(),
                                         create_function()};
  for (int at = 0; at < count; ++at)
    statements.push_back((
        this->*k_makers[static_cast<std::size_t>(below(static_cast<int>(std::size(k_makers))))])());
  return statements;
}

std::vector<std::string> RandomDdl::mutations(int count) {
  constexpr Maker k_makers[] = {&RandomDdl::alter_column, &RandomDdl::alter_column,
                                &RandomDdl::alter_column, &RandomDdl::alter_table,
                                &RandomDdl::alter_table,  &RandomDdl::alter_type,
                                &RandomDdl::alter_other,  &RandomDdl::drop,
                                &RandomDdl::drop,         &RandomDdl::create_constraint,
                                &RandomDdl::create_index, &RandomDdl::create_table,
                                &RandomDdl::create_view,  &RandomDdl::create_function,
                                &RandomDdl::grant,        &RandomDdl::comment};
  std::vector<std::string> statements;
  for (int at = 0; at < count; ++at)
    statements.push_back((
        this->*k_makers[static_cast<std::size_t>(below(static_cast<int>(std::size(k_makers))))])());
  return statements;
}

} // namespace slipway::test
