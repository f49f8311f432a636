// Enums, domains with their constraints, composite, range and base types. Row types of relations,
// arrays and multiranges come with what they belong to.
#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

constexpr std::size_t k_further = 5; // first field after those that all types have

// SELECT of the types that `which` means, with `fields` after those that all have.
std::string types_sql(const Reading& reading, const std::string& fields, const std::string& joins,
                      const std::string& which) {
  return fmt::format(
      R"(SELECT t.oid, t.typnamespace, t.typname, pg_catalog.pg_get_userbyid(t.typowner), {acl}{fields}
FROM pg_catalog.pg_type AS t {joins}
WHERE {which} AND {read})",
      fmt::arg("acl", acl_sql("T", "t.typacl", "t.typowner")), fmt::arg("fields", fields),
      fmt::arg("joins", joins), fmt::arg("which", which),
      fmt::arg("read", reading.in_read_schemas("t.typnamespace")));
}

Handle add_type(Reading& reading, Kind kind, const CopiedRow& row) {
  const auto handle = reading.builder().add(kind, reading.schema_name(row.oid(1)), row.text(2));
  reading.remember(Catalog::type, row.oid(0), handle);
  set_values(reading, handle, row, 3, {Property::owner, Property::acl});
  return handle;
}

Status read_enums(Reading& reading) {
  return each_own(
      reading, Catalog::type,
      types_sql(reading,
                ", ARRAY(SELECT e.enumlabel::pg_catalog.text FROM pg_catalog.pg_enum AS e "
                "WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid ORDER BY e.enumsortorder)",
                "", "t.typtype OPERATOR(pg_catalog.=) 'e'"),
      [&](const CopiedRow& row) {
        set_values(reading, add_type(reading, Kind::enum_type, row), row, k_further,
                   {Property::labels});
      });
}

// The NOT NULL of a domain is a constraint with a name from 17 on.
std::string not_null_name(const Reading& reading) {
  return reading.since(
      17,
      "(SELECT NULLIF(c.conname, pg_catalog.concat(t.typname, '_not_null')) "
      "FROM pg_catalog.pg_constraint AS c WHERE c.contypid OPERATOR(pg_catalog.=) t.oid "
      "AND c.contype OPERATOR(pg_catalog.=) 'n')",
      "NULL");
}

Status read_domains(Reading& reading) {
  return each_own(
      reading, Catalog::type,
      types_sql(reading,
                R"(, pg_catalog.format_type(t.typbasetype, t.typtypmod),
CASE WHEN t.typcollation OPERATOR(pg_catalog.<>) b.typcollation
  THEN t.typcollation::pg_catalog.regcollation END,
t.typnotnull, )" + not_null_name(reading) +
                    ", pg_catalog.pg_get_expr(t.typdefaultbin, 0)",
                "JOIN pg_catalog.pg_type AS b ON b.oid OPERATOR(pg_catalog.=) t.typbasetype",
                "t.typtype OPERATOR(pg_catalog.=) 'd'"),
      [&](const CopiedRow& row) {
        set_values(reading, add_type(reading, Kind::domain, row), row, k_further,
                   {Property::base_type, Property::collation, Property::not_null,
                    Property::not_null_name, Property::default_value});
      });
}

// From 17 on NOT NULL is one of them, though said as a property of the domain.
Status read_domain_constraints(Reading& reading) {
  return each_own(
      reading, Catalog::constraint,
      R"(SELECT c.oid, c.contypid, c.contype, c.conname, pg_catalog.pg_get_expr(c.conbin, 0), NOT c.convalidated
FROM pg_catalog.pg_constraint AS c
WHERE c.contypid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND c.contype IN ('c', 'n'))",
      [&](const CopiedRow& row) {
        const auto domain = reading.known(Catalog::type, row.oid(1));
        if (!domain) return;
        if (row.text(2) == "n") {
          reading.note_piece(Catalog::constraint, row.oid(0), *domain);
          return;
        }
        const auto handle =
            reading.builder().add_part(*domain, Kind::domain_constraint, row.text(3));
        reading.remember(Catalog::constraint, row.oid(0), handle);
        set_values(reading, handle, row, 4, {Property::expression, Property::not_valid});
      });
}

// Their columns are read with those of relations, whose numbering they share.
Status read_composite_types(Reading& reading) {
  return each_own(
      reading, Catalog::type,
      types_sql(reading, ", t.typrelid",
                "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.typrelid "
                "AND c.relkind OPERATOR(pg_catalog.=) 'c'",
                "t.typtype OPERATOR(pg_catalog.=) 'c'"),
      [&](const CopiedRow& row) {
        const auto handle = add_type(reading, Kind::composite_type, row);
        reading.remember(Catalog::relation, row.oid(k_further), handle);
      });
}

// As the server makes it up from the name of the range.
std::string usual_multirange(std::string_view range) {
  std::string name(range);
  const auto at = name.find("range");
  return at == std::string::npos ? name + "_multirange" : name.insert(at, "multi");
}

Status read_range_types(Reading& reading) {
  const bool has_multirange = reading.is_since(14);
  const auto sql = types_sql(
      reading,
      fmt::format(R"(, pg_catalog.format_type(r.rngsubtype, NULL),
CASE WHEN NOT o.opcdefault THEN {operator_class} END,
CASE WHEN r.rngcollation OPERATOR(pg_catalog.<>) b.typcollation THEN r.rngcollation::pg_catalog.regcollation END,
{canonical}, {difference}{multirange})",
                  fmt::arg("operator_class", full_name("o.opcnamespace", "o.opcname")),
                  fmt::arg("canonical", function_name("r.rngcanonical")),
                  fmt::arg("difference", function_name("r.rngsubdiff")),
                  fmt::arg("multirange", has_multirange ? ", m.typname, m.typnamespace "
                                                          "OPERATOR(pg_catalog.=) t.typnamespace, "
                                                          "pg_catalog.format_type(m.oid, NULL)"
                                                        : "")),
      std::string("JOIN pg_catalog.pg_range AS r ON r.rngtypid OPERATOR(pg_catalog.=) t.oid "
                  "JOIN pg_catalog.pg_opclass AS o ON o.oid OPERATOR(pg_catalog.=) r.rngsubopc "
                  "JOIN pg_catalog.pg_type AS b ON b.oid OPERATOR(pg_catalog.=) r.rngsubtype") +
          (has_multirange
               ? " JOIN pg_catalog.pg_type AS m ON m.oid OPERATOR(pg_catalog.=) r.rngmultitypid"
               : ""),
      "t.typtype OPERATOR(pg_catalog.=) 'r'");
  return each_own(reading, Catalog::type, sql, [&](const CopiedRow& row) {
    const auto handle = add_type(reading, Kind::range_type, row);
    set_values(reading, handle, row, k_further,
               {Property::subtype, Property::subtype_operator_class, Property::collation,
                Property::canonical_function, Property::subtype_difference});
    if (!has_multirange) return;
    constexpr auto k_multirange = k_further + 5;
    const bool usual =
        row.yes(k_multirange + 1) && row.text(k_multirange) == usual_multirange(row.text(2));
    if (!usual) set_values(reading, handle, row, k_multirange + 2, {Property::multirange});
  });
}

// https://www.postgresql.org/docs/current/sql-createtype.html
std::string base_type_clauses(const Reading& reading) {
  return clause_array(
      {clause("INPUT =", function_name("t.typinput")),
       clause("OUTPUT =", function_name("t.typoutput")),
       clause("RECEIVE =", function_name("t.typreceive")),
       clause("SEND =", function_name("t.typsend")),
       clause("TYPMOD_IN =", function_name("t.typmodin")),
       clause("TYPMOD_OUT =", function_name("t.typmodout")),
       clause("ANALYZE =", function_name("t.typanalyze")),
       reading.since(14, clause("SUBSCRIPT =", function_name("t.typsubscript")), "NULL"),
       "CASE WHEN t.typlen OPERATOR(pg_catalog.=) (-2)::pg_catalog.int2 THEN 'INTERNALLENGTH = -2' "
       "WHEN t.typlen OPERATOR(pg_catalog.>) 0::pg_catalog.int2 "
       "THEN pg_catalog.concat('INTERNALLENGTH = ', t.typlen) END",
       clause_if("PASSEDBYVALUE", "t.typbyval"),
       clause("ALIGNMENT =", "CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' "
                             "WHEN 'd' THEN 'double' END"),
       clause("STORAGE =", "CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' "
                           "WHEN 'm' THEN 'main' END"),
       clause("CATEGORY =",
              "pg_catalog.quote_literal(NULLIF(t.typcategory, 'U')::pg_catalog.text)"),
       clause_if("PREFERRED = true", "t.typispreferred"),
       clause("DEFAULT =", "pg_catalog.quote_literal(t.typdefault)"),
       clause("ELEMENT =", "CASE WHEN t.typelem OPERATOR(pg_catalog.<>) 0::pg_catalog.oid "
                           "THEN pg_catalog.format_type(t.typelem, NULL) END"),
       clause("DELIMITER =", "pg_catalog.quote_literal(NULLIF(t.typdelim, ',')::pg_catalog.text)"),
       clause_if("COLLATABLE = true", "t.typcollation OPERATOR(pg_catalog.<>) 0::pg_catalog.oid")});
}

// A shell type, declared and not defined, is one without clauses. No type but the arrays that come
// with each other type can have array_out: an output function takes the very type.
Status read_base_types(Reading& reading) {
  return each_own(
      reading, Catalog::type,
      types_sql(
          reading, ", CASE WHEN t.typisdefined THEN " + base_type_clauses(reading) + " END", "",
          "t.typtype IN ('b', 'p') AND t.typoutput::pg_catalog.oid "
          "OPERATOR(pg_catalog.<>) 'pg_catalog.array_out'::pg_catalog.regproc::pg_catalog.oid"),
      [&](const CopiedRow& row) {
        set_values(reading, add_type(reading, Kind::base_type, row), row, k_further,
                   {Property::clauses});
      });
}

} // namespace

Status read_types(Reading& reading) {
  SLIPWAY_TRY(read_enums(reading));
  SLIPWAY_TRY(read_domains(reading));
  SLIPWAY_TRY(read_domain_constraints(reading));
  SLIPWAY_TRY(read_composite_types(reading));
  SLIPWAY_TRY(read_range_types(reading));
  return read_base_types(reading);
}

} // namespace slipway::inspect
