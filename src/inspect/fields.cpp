// What many readers say in SQL, and how the rows that come back become properties.
#include "fields.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Property;
using schema::Shape;

void set_fields(Reading& reading, Handle handle, const CopiedRow& row, std::size_t first,
                std::initializer_list<Property> properties) {
  auto& builder = reading.builder();
  std::size_t field = first;
  for (const auto property : properties) {
    const auto at = field++;
    if (row.is_null(at)) continue;
    switch (schema::property_shape(property)) {
    case Shape::flag:
      builder.set_flag(handle, property, row.yes(at));
      break;
    case Shape::text:
    case Shape::number:
      builder.set(handle, property, row.text(at));
      break;
    case Shape::list:
    case Shape::set:
      const auto values = row.array(at);
      if (values.empty() && (property == Property::acl || property == Property::operations))
        builder.set(handle, property, "");
      builder.set_list(handle, property, values);
      break;
    }
  }
}

std::string is_own(Catalog catalog, const std::string& oid) {
  return fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS own "
                     "WHERE own.classid OPERATOR(pg_catalog.=) {}::pg_catalog.oid "
                     "AND own.objid OPERATOR(pg_catalog.=) {} "
                     "AND own.objsubid OPERATOR(pg_catalog.=) 0 AND own.deptype IN ('e', 'i'))",
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
