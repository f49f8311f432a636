// What is left out and needed all the same: foreign keys to a platform's table of users, policies
// that ask its functions who is there.
#include "slipway/inspect/read_outside.hpp"

#include "slipway/schema/subset.hpp"

namespace slipway::inspect {

namespace {

constexpr std::string_view k_outside = R"(
WITH outside AS (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[])
))";

constexpr std::string_view k_schemas = R"(
SELECT pg_catalog.format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname) FROM outside AS n
ORDER BY n.nspname)";

constexpr std::string_view k_enums = R"(
SELECT pg_catalog.format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
  (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
   FROM pg_catalog.pg_enum AS e WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid))
FROM outside AS n
JOIN pg_catalog.pg_type AS t ON t.typnamespace OPERATOR(pg_catalog.=) n.oid AND t.typtype IN ('e')
ORDER BY n.nspname, t.typname)";

constexpr std::string_view k_tables = R"(
SELECT pg_catalog.format('CREATE TABLE %I.%I (%s)', n.nspname, c.relname,
  (SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname,
      pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute AS a
   JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
   WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
     AND NOT a.attisdropped
     AND (t.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace
       OR (t.typtype IN ('e') AND t.typnamespace IN (SELECT oid FROM outside)))))
FROM outside AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname, c.relname)";

// What a foreign key can point at.
constexpr std::string_view k_keys = R"(
SELECT pg_catalog.format('ALTER TABLE %I.%I ADD %s (%s)', n.nspname, c.relname,
  CASE WHEN i.indisprimary THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
  (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place)
   FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (number, place)
   JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
     AND a.attnum OPERATOR(pg_catalog.=) k.number
   WHERE k.place OPERATOR(pg_catalog.<=) i.indnkeyatts))
FROM outside AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
  AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) c.oid
WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY n.nspname, c.relname, i.indexrelid)";

// One may stand in an index only when it says that it is immutable.
constexpr std::string_view k_functions = R"(
SELECT pg_catalog.format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql %s AS %L',
  n.nspname, f.proname, pg_catalog.pg_get_function_arguments(f.oid),
  pg_catalog.pg_get_function_result(f.oid),
  CASE f.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
  CASE WHEN f.proretset OR f.prorettype OPERATOR(pg_catalog.=) 'void'::pg_catalog.regtype
    OR f.proargmodes IS NOT NULL
    THEN 'BEGIN RETURN; END' ELSE 'BEGIN RETURN NULL; END' END)
FROM outside AS n
JOIN pg_catalog.pg_proc AS f ON f.pronamespace OPERATOR(pg_catalog.=) n.oid AND f.prokind IN ('f')
ORDER BY n.nspname, f.proname, f.oid)";

// As it stands in the text of an array.
std::string element(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

Result<std::string> left_out(pg::Session& session, const std::vector<std::string>& patterns,
                             const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT n.nspname FROM pg_catalog.pg_namespace AS n"), {}, wait));
  std::string names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto name = rows.text(row, 0);
    if (name.starts_with("pg_") || name == "information_schema") continue;
    if (schema::is_left_out(name, patterns)) names += (names.empty() ? "" : ",") + element(name);
  }
  return names;
}

} // namespace

Result<std::vector<std::string>>
read_outside(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait) {
  std::vector<std::string> statements;
  SLIPWAY_ASSIGN(const auto names, left_out(session, leave_out, wait));
  if (names.empty()) return statements;
  for (const auto query : {k_schemas, k_enums, k_tables, k_keys, k_functions}) {
    SLIPWAY_ASSIGN(const auto rows,
                   session.query(SqlText(std::string(k_outside) + std::string(query)),
                                 {"{" + names + "}"}, wait));
    for (std::size_t row = 0; row < rows.size(); ++row) statements.emplace_back(rows.text(row, 0));
  }
  return statements;
}

} // namespace slipway::inspect
