// ALTER ... DEPENDS ON EXTENSION: what is no member of an extension and yet goes with it.
#include "readers.hpp"

#include <map>

namespace slipway::inspect {

Status read_extension_bonds(Reading& reading) {
  std::map<Handle, std::vector<std::string>> bonds;
  SLIPWAY_TRY(reading.each(
      "SELECT d.classid, d.objid, e.extname FROM pg_catalog.pg_depend AS d "
      "JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) d.refobjid "
      "WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass "
      "AND d.deptype IN ('x')",
      [&](const CopiedRow& row) {
        if (const auto object = reading.meant_by(row.oid(0), row.oid(1)))
          bonds[*object].emplace_back(row.text(2));
      }));
  for (const auto& [object, extensions] : bonds)
    reading.builder().set_list(object, schema::Property::depends_on_extensions, extensions);
  return {};
}

} // namespace slipway::inspect
