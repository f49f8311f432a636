// Privileges of objects that are still to be made.
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include "slipway/schema/acl.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

// An entry without a schema is all that new objects get, one with a schema is added to that. The
// server drops an entry that says nothing new.
Status read_default_privileges(Reading& reading) {
  return each_own(
      reading, Catalog::default_acl,
      fmt::format(R"(
SELECT a.oid, pg_catalog.concat(pg_catalog.quote_ident(r.name),
    ' in ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(n.nspname), ' on ', k.objects),
  r.name, n.nspname, k.objects, a.defaclacl::pg_catalog.text[]
FROM pg_catalog.pg_default_acl AS a
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) a.defaclnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_userbyid(a.defaclrole)) AS r (name)
CROSS JOIN LATERAL (SELECT CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
  WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS'
  END) AS k (objects)
WHERE (a.defaclnamespace OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR {read}))",
                  fmt::arg("read", reading.in_read_schemas("a.defaclnamespace"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::default_privileges, "", row.text(1));
        reading.remember(Catalog::default_acl, row.oid(0), handle);
        set_values(reading, handle, row, 2,
                   {Property::role, Property::in_schema, Property::object_type});
        // Who owns what is to be made is the role, whoever owns the database.
        reading.builder().set(handle, Property::acl,
                              schema::join_set(schema::canonical_acl(row.array(5), row.text(2))));
      });
}

} // namespace slipway::inspect
