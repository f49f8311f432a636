// Collations and conversions. Of a collation the encoding does not count: it follows the database's
// and cannot be chosen.
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

// Where the locale of an ICU or builtin collation is kept has changed twice.
std::string locale_sql(const Reading& reading) {
  const auto libc = "CASE WHEN c.collcollate OPERATOR(pg_catalog.=) c.collctype "
                    "THEN c.collcollate::pg_catalog.text "
                    "ELSE pg_catalog.concat(c.collcollate, ' / ', c.collctype) END";
  const auto own = reading.since(17, "c.colllocale, ", reading.since(15, "c.colliculocale, ", ""));
  return "COALESCE(" + own + libc + ")";
}

Status read_collation_objects(Reading& reading) {
  return each_own(reading, Catalog::collation,
                  fmt::format(R"(
SELECT c.oid, c.collnamespace, c.collname, pg_catalog.pg_get_userbyid(c.collowner),
  CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END,
  {locale}, NOT c.collisdeterministic, {rules}
FROM pg_catalog.pg_collation AS c
WHERE {read})",
                              fmt::arg("locale", locale_sql(reading)),
                              fmt::arg("rules", reading.since(16, "c.collicurules", "NULL")),
                              fmt::arg("read", reading.in_read_schemas("c.collnamespace"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(
                        Kind::collation, reading.schema_name(row.oid(1)), row.text(2));
                    reading.remember(Catalog::collation, row.oid(0), handle);
                    set_values(reading, handle, row, 3,
                               {Property::owner, Property::provider, Property::locale,
                                Property::nondeterministic, Property::rules_text});
                  });
}

Status read_conversions(Reading& reading) {
  return each_own(
      reading, Catalog::conversion,
      fmt::format(
          R"(
SELECT c.oid, c.connamespace, c.conname, pg_catalog.pg_get_userbyid(c.conowner), c.condefault, {clauses}
FROM pg_catalog.pg_conversion AS c
WHERE {read})",
          fmt::arg(
              "clauses",
              clause_array({clause("FOR", "pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char("
                                          "c.conforencoding)::pg_catalog.text)"),
                            clause("TO", "pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char("
                                         "c.contoencoding)::pg_catalog.text)"),
                            clause("FROM", function_name("c.conproc"))})),
          fmt::arg("read", reading.in_read_schemas("c.connamespace"))),
      [&](const CopiedRow& row) {
        const auto handle =
            reading.builder().add(Kind::conversion, reading.schema_name(row.oid(1)), row.text(2));
        reading.remember(Catalog::conversion, row.oid(0), handle);
        set_values(reading, handle, row, 3,
                   {Property::owner, Property::is_default, Property::clauses});
      });
}

} // namespace

Status read_collations(Reading& reading) {
  SLIPWAY_TRY(read_collation_objects(reading));
  return read_conversions(reading);
}

} // namespace slipway::inspect
