// What runs with each write of the application while a deploy may be taken back. It must never be
// the reason why a write fails, whatever becomes of the table meanwhile.
#include "key_trigger.hpp"

#include "row_texts.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

// Columns are told apart by number. As long as names and types are those of when it was made, it
// takes the values by name, which is fast; else it looks the names up and asks for them, which is
// slow and always right: a plan that was made for another type would be an error.
constexpr std::string_view k_body = R"sql(
DECLARE
  known boolean := {known};
  names text;
  was jsonb;
  now jsonb;
BEGIN
  IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
    INSERT INTO {schema}.captured_key (relation, operation) VALUES ({table}, 'T');
    RETURN NULL;
  END IF;
  IF known THEN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN was := {was}; END IF;
    IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN now := {now}; END IF;
  ELSE
    SELECT pg_catalog.string_agg(pg_catalog.format('%L::text, CASE WHEN pg_catalog.num_nulls(($1).%I) '
             'OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format(''%%s'', ($1).%I) END',
             a.attnum, a.attname, a.attname), ', ')
      INTO names FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid OPERATOR(pg_catalog.=) {table}::pg_catalog.oid
        AND a.attnum OPERATOR(pg_catalog.=) ANY ('{{{numbers}}}'::smallint[]) AND NOT a.attisdropped
      HAVING pg_catalog.count(*) OPERATOR(pg_catalog.=) {wanted};
    IF names IS NOT NULL THEN
      names := 'SELECT pg_catalog.jsonb_build_object(' OPERATOR(pg_catalog.||) names
               OPERATOR(pg_catalog.||) ')';
      IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN EXECUTE names INTO was USING OLD; END IF;
      IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN EXECUTE names INTO now USING NEW; END IF;
    END IF;
  END IF;
  IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND was IS DISTINCT FROM now THEN
    INSERT INTO {schema}.captured_key (relation, operation, key) VALUES ({table}, 'D', was);
    INSERT INTO {schema}.captured_key (relation, operation, key) VALUES ({table}, 'I', now);
  ELSE
    INSERT INTO {schema}.captured_key (relation, operation, key)
      VALUES ({table}, pg_catalog.left(TG_OP, 1), COALESCE(now, was));
  END IF;
  RETURN NULL;
END)sql";

std::string key_of(const std::string& row, const std::vector<KeyColumn>& columns) {
  std::string pairs;
  for (const auto& one : columns)
    pairs += fmt::format("{}'{}'::text, {}", pairs.empty() ? "" : ", ", one.number,
                         output_of(row + "." + quote_identifier(one.name)));
  return "pg_catalog.jsonb_build_object(" + pairs + ")";
}

std::string is_as_known(std::uint32_t table, const std::vector<KeyColumn>& columns) {
  std::string conditions;
  for (const auto& one : columns)
    conditions += fmt::format("{}a.attnum OPERATOR(pg_catalog.=) {}::smallint AND a.attname "
                              "OPERATOR(pg_catalog.=) {}::name AND a.atttypid "
                              "OPERATOR(pg_catalog.=) {}::pg_catalog.oid",
                              conditions.empty() ? "" : " OR ", one.number, quote_literal(one.name),
                              one.type);
  return fmt::format("(SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) {} FROM "
                     "pg_catalog.pg_attribute AS a WHERE a.attrelid OPERATOR(pg_catalog.=) "
                     "{}::pg_catalog.oid AND ({}))",
                     columns.size(), table, conditions);
}

} // namespace

std::string key_function(const std::string& schema, std::uint32_t table) {
  return fmt::format("{}.capture_keys_{}", quote_identifier(schema), table);
}

std::string key_trigger(std::uint32_t table) {
  return fmt::format("slipway_keys_{}", table);
}

std::string truncate_trigger(std::uint32_t table) {
  return fmt::format("slipway_emptied_{}", table);
}

std::string key_function_body(const std::string& schema, std::uint32_t table,
                              const std::vector<KeyColumn>& columns, std::size_t wanted) {
  std::string numbers;
  for (const auto& one : columns)
    numbers += (numbers.empty() ? "" : ",") + std::to_string(one.number);
  const bool whole = columns.size() == wanted;
  return fmt::format(fmt::runtime(k_body),
                     fmt::arg("known", whole ? is_as_known(table, columns) : "false"),
                     fmt::arg("schema", quote_identifier(schema)), fmt::arg("table", table),
                     fmt::arg("was", whole ? key_of("OLD", columns) : "NULL"),
                     fmt::arg("now", whole ? key_of("NEW", columns) : "NULL"),
                     fmt::arg("numbers", numbers), fmt::arg("wanted", wanted));
}

std::string make_key_function(const std::string& schema, std::uint32_t table,
                              const std::string& body, const std::string& settings) {
  const auto name = key_function(schema, table);
  return fmt::format("CREATE OR REPLACE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql "
                     "SECURITY DEFINER SET search_path = pg_catalog, pg_temp{1} AS {2};"
                     "COMMENT ON FUNCTION {0}() IS {3}",
                     name, settings, quote_literal(body), quote_literal(k_capture_comment));
}

} // namespace slipway::replay
