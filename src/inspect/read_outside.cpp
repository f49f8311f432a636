// What is left out and needed all the same: foreign keys to a platform's table of users, policies
// that ask its functions who is there.
#include "slipway/inspect/read_outside.hpp"

#include "slipway/schema/subset.hpp"

namespace slipway::inspect {

namespace {

// Objects of schemas $1 that something of another schema needs.
constexpr std::string_view k_needed = R"(
WITH outside AS (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[])
), uses AS (
  SELECT d.refclassid, d.refobjid, coalesce(r.relnamespace, p.pronamespace, t.typnamespace) AS of,
    coalesce(ur.relnamespace, up.pronamespace, ut.typnamespace, uc.connamespace,
      (SELECT c.relnamespace FROM pg_catalog.pg_class AS c
       WHERE c.oid OPERATOR(pg_catalog.=)
         coalesce(uw.ev_class, ug.tgrelid, ua.adrelid, ul.polrelid))) AS by
  FROM pg_catalog.pg_depend AS d
  LEFT JOIN pg_catalog.pg_class AS r ON d.refclassid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_class'::pg_catalog.regclass AND r.oid OPERATOR(pg_catalog.=) d.refobjid
  LEFT JOIN pg_catalog.pg_proc AS p ON d.refclassid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid OPERATOR(pg_catalog.=) d.refobjid
  LEFT JOIN pg_catalog.pg_type AS t ON d.refclassid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid OPERATOR(pg_catalog.=) d.refobjid
  LEFT JOIN pg_catalog.pg_class AS ur ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_class'::pg_catalog.regclass AND ur.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_proc AS up ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_proc'::pg_catalog.regclass AND up.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_type AS ut ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_type'::pg_catalog.regclass AND ut.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_constraint AS uc ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_constraint'::pg_catalog.regclass AND uc.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_rewrite AS uw ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_rewrite'::pg_catalog.regclass AND uw.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_trigger AS ug ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_trigger'::pg_catalog.regclass AND ug.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_attrdef AS ua ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_attrdef'::pg_catalog.regclass AND ua.oid OPERATOR(pg_catalog.=) d.objid
  LEFT JOIN pg_catalog.pg_policy AS ul ON d.classid OPERATOR(pg_catalog.=)
    'pg_catalog.pg_policy'::pg_catalog.regclass AND ul.oid OPERATOR(pg_catalog.=) d.objid
  WHERE coalesce(r.relnamespace, p.pronamespace, t.typnamespace) IN (SELECT oid FROM outside)
), needed AS (
  SELECT DISTINCT refclassid, refobjid FROM uses
  WHERE by IS NOT NULL AND by NOT IN (SELECT oid FROM outside)
))";

constexpr std::string_view k_tables = R"(
SELECT pg_catalog.format('CREATE TABLE %I.%I (%s)', n.nspname, c.relname,
  (SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname,
      pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute AS a
   JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
   WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
     AND NOT a.attisdropped
     AND t.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace))
FROM needed AS x
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) x.refobjid
  AND x.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
ORDER BY n.nspname, c.relname)";

constexpr std::string_view k_keys = R"(
SELECT DISTINCT pg_catalog.format('ALTER TABLE %I.%I ADD UNIQUE (%s)', n.nspname, c.relname,
  (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place)
   FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k (number, place)
   JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
     AND a.attnum OPERATOR(pg_catalog.=) k.number))
FROM pg_catalog.pg_constraint AS f
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.confrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE f.contype IN ('f') AND c.relnamespace IN (SELECT oid FROM outside)
  AND f.connamespace NOT IN (SELECT oid FROM outside)
ORDER BY 1)";

// A name can be used in an index only where it says that it is immutable.
constexpr std::string_view k_functions = R"(
SELECT pg_catalog.format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql %s AS %L',
  n.nspname, f.proname, pg_catalog.pg_get_function_arguments(f.oid),
  pg_catalog.pg_get_function_result(f.oid),
  CASE f.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
  CASE WHEN f.proretset OR f.prorettype OPERATOR(pg_catalog.=) 'void'::pg_catalog.regtype
    OR f.proargmodes IS NOT NULL
    THEN 'BEGIN RETURN; END' ELSE 'BEGIN RETURN NULL; END' END)
FROM needed AS x
JOIN pg_catalog.pg_proc AS f ON f.oid OPERATOR(pg_catalog.=) x.refobjid
  AND x.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND f.prokind IN ('f')
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) f.pronamespace
ORDER BY n.nspname, f.proname, f.oid)";

constexpr std::string_view k_schemas = R"(
SELECT pg_catalog.format('CREATE SCHEMA %I', n.nspname)
FROM pg_catalog.pg_namespace AS n
WHERE n.oid IN (SELECT u.of FROM uses AS u JOIN needed AS x
    ON x.refclassid OPERATOR(pg_catalog.=) u.refclassid
    AND x.refobjid OPERATOR(pg_catalog.=) u.refobjid)
  AND n.nspname NOT IN ('public')
ORDER BY n.nspname)";

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
      session.query(SqlText("SELECT n.nspname FROM "
                            "pg_catalog.pg_namespace AS n WHERE n.nspname NOT LIKE 'pg\\_%' "
                            "AND n.nspname NOT IN ('information_schema')"),
                    {}, wait));
  std::string names;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (schema::is_left_out(rows.text(row, 0), patterns))
      names += (names.empty() ? "" : ",") + element(rows.text(row, 0));
  return names;
}

} // namespace

Result<std::vector<std::string>>
read_outside(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait) {
  std::vector<std::string> statements;
  SLIPWAY_ASSIGN(const auto names, left_out(session, leave_out, wait));
  if (names.empty()) return statements;
  for (const auto query : {k_schemas, k_tables, k_keys, k_functions}) {
    SLIPWAY_ASSIGN(const auto rows,
                   session.query(SqlText(std::string(k_needed) + std::string(query)),
                                 {"{" + names + "}"}, wait));
    for (std::size_t row = 0; row < rows.size(); ++row) statements.emplace_back(rows.text(row, 0));
  }
  return statements;
}

} // namespace slipway::inspect
