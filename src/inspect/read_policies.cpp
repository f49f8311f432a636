#include "readers.hpp"
#include "row_values.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

Status read_policies(Reading& reading) {
  return reading.each(
      "SELECT p.oid, p.polrelid, p.polname, CASE p.polcmd WHEN 'r' THEN 'select' "
      "WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' END, "
      "NOT p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid), "
      "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), "
      "ARRAY(SELECT pg_catalog.pg_get_userbyid(r) FROM pg_catalog.unnest(p.polroles) AS r "
      "WHERE r NOT IN (0)) FROM pg_catalog.pg_policy AS p "
      "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) p.polrelid WHERE " +
          reading.in_read_schemas("c.relnamespace"),
      [&](const CopiedRow& row) {
        const auto relation = reading.known(Catalog::relation, row.oid(1));
        if (!relation || reading.is_member(Catalog::policy, row.oid(0))) return;
        const auto handle = reading.builder().add_part(*relation, Kind::policy, row.text(2));
        reading.remember(Catalog::policy, row.oid(0), handle);
        set_values(reading, handle, row, 3,
                   {Property::command, Property::restrictive, Property::using_expression,
                    Property::check_expression, Property::roles});
      });
}

} // namespace slipway::inspect
