#include "sql_pieces.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

Status each_own(Reading& reading, Catalog catalog, const std::string& select,
                const std::function<void(const CopiedRow&)>& on_row) {
  return reading.each(select, [&](const CopiedRow& row) {
    if (!reading.is_member(catalog, row.oid(0))) on_row(row);
  });
}

std::string is_made_itself(Catalog catalog, const std::string& oid) {
  return fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS made "
                     "WHERE made.classid OPERATOR(pg_catalog.=) {}::pg_catalog.oid "
                     "AND made.objid OPERATOR(pg_catalog.=) {} "
                     "AND made.objsubid OPERATOR(pg_catalog.=) 0 AND made.deptype IN ('i'))",
                     static_cast<Oid>(catalog), oid);
}

std::string is_within_reach(const Reading& reading, const std::string& column) {
  return fmt::format("({0} IN ('pg_catalog'::pg_catalog.regnamespace, "
                     "'information_schema'::pg_catalog.regnamespace) OR {1})",
                     column, reading.in_read_schemas(column));
}

std::string function_name(const std::string& oid) {
  return "NULLIF(" + oid + "::pg_catalog.regproc::pg_catalog.text, '-')";
}

std::string full_name(const std::string& schema, const std::string& name) {
  return "pg_catalog.format('%s.%I', " + schema + "::pg_catalog.regnamespace, " + name + ")";
}

std::string clause(const std::string& words, const std::string& sql) {
  return quote_literal(words + " ") + " OPERATOR(pg_catalog.||) " + sql;
}

std::string clause_if(const std::string& words, const std::string& condition) {
  return "CASE WHEN " + condition + " THEN " + quote_literal(words) + " END";
}

std::string clause_array(std::initializer_list<std::string> clauses) {
  std::string list;
  for (const auto& one : clauses) {
    if (!list.empty()) list += ",\n  ";
    list += one;
  }
  return "pg_catalog.array_remove(ARRAY[" + list + "]::pg_catalog.text[], NULL)";
}

} // namespace slipway::inspect
