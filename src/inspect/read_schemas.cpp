#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"

#include "slipway/schema/subset.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

bool is_wanted(const Scope& scope, std::string_view name) {
  if (name.starts_with("pg_") || name == "information_schema") return false;
  return !schema::is_left_out(name, scope.leave_out);
}

// What every reader needs to know before it begins.
Status read_members(Reading& reading) {
  SLIPWAY_TRY(reading.each(
      "SELECT d.classid, d.objid, d.refobjid FROM pg_catalog.pg_depend AS d "
      "WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass "
      "AND d.deptype IN ('e')",
      [&](const CopiedRow& row) { reading.note_member(row.oid(0), row.oid(1), row.oid(2)); }));
  return reading.each(
      "SELECT k.word FROM pg_catalog.pg_get_keywords() AS k WHERE k.catcode NOT IN ('U')",
      [&](const CopiedRow& row) { reading.quoted().add_keyword(std::string(row.text(0))); });
}

} // namespace

Status read_schemas(Reading& reading) {
  SLIPWAY_TRY(read_members(reading));
  return reading.each("SELECT n.oid, n.nspname, pg_catalog.pg_get_userbyid(n.nspowner), " +
                          acl_sql("n", "n.nspacl", "n.nspowner") +
                          " FROM pg_catalog.pg_namespace AS n",
                      [&](const CopiedRow& row) {
                        const auto name = row.text(1);
                        if (!is_wanted(reading.scope(), name)) return;
                        const auto oid = row.oid(0);
                        reading.note_schema(oid, std::string(name));
                        // What users made in an extension's schema is theirs all the same.
                        if (reading.is_member(Catalog::schema, oid)) return;
                        const auto handle = reading.builder().add(Kind::schema, {}, name);
                        reading.remember(Catalog::schema, oid, handle);
                        set_values(reading, handle, row, 2, {Property::owner, Property::acl});
                      });
}

} // namespace slipway::inspect
