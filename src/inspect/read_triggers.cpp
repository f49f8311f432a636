#include "readers.hpp"
#include "row_values.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

Status read_triggers(Reading& reading) {
  // A partition's clone of a trigger is worth a word only when it was switched on or off on its
  // own. Before 15 clones are internal; from 15 on the internal ones are those of constraints.
  const auto wanted = reading.since(15,
                                    "NOT t.tgisinternal AND (t.tgparentid IN (0) "
                                    "OR t.tgenabled OPERATOR(pg_catalog.<>) p.tgenabled)",
                                    "(NOT t.tgisinternal "
                                    "OR t.tgenabled OPERATOR(pg_catalog.<>) p.tgenabled)");
  return reading.each(
      "SELECT t.oid, t.tgrelid, t.tgname, pg_catalog.pg_get_triggerdef(t.oid), "
      "t.tgfoid::pg_catalog.regprocedure, "
      "CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END, "
      "p.tgname FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c "
      "ON c.oid OPERATOR(pg_catalog.=) t.tgrelid LEFT JOIN pg_catalog.pg_trigger AS p "
      "ON p.oid OPERATOR(pg_catalog.=) t.tgparentid WHERE " +
          wanted + " AND " + reading.in_read_schemas("c.relnamespace") +
          " AND pg_catalog.obj_description(t.tgfoid, 'pg_proc') IS DISTINCT FROM 'capture of slipway'",
      [&](const CopiedRow& row) {
        const auto relation = reading.known(Catalog::relation, row.oid(1));
        if (!relation || reading.is_member(Catalog::trigger, row.oid(0))) return;
        const auto handle = reading.builder().add_part(*relation, Kind::trigger, row.text(2));
        reading.remember(Catalog::trigger, row.oid(0), handle);
        set_values(reading, handle, row, 3,
                   {Property::definition, Property::function, Property::enabled, Property::parent});
      });
}

} // namespace slipway::inspect
