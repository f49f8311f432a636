#include "readers.hpp"
#include "row_values.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

Status read_extensions(Reading& reading) {
  // plpgsql comes with every new database and says nothing about this one.
  return reading.each(
      "SELECT e.oid, e.extname, pg_catalog.pg_get_userbyid(e.extowner), n.nspname, "
      "NOT e.extrelocatable, e.extversion FROM pg_catalog.pg_extension AS e "
      "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace "
      "WHERE e.extname NOT IN ('plpgsql')",
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::extension, {}, row.text(1));
        reading.remember(Catalog::extension, row.oid(0), handle);
        set_values(reading, handle, row, 2,
                   {Property::owner, Property::in_schema, Property::not_relocatable});
        if (reading.scope().extension_versions)
          reading.builder().set(handle, Property::version, row.text(5));
      });
}

} // namespace slipway::inspect
