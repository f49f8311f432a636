// Event triggers. They have no schema: one is left out when its function is.
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

Status read_event_triggers(Reading& reading) {
  return each_own(reading, Catalog::event_trigger,
                  fmt::format(R"(
SELECT e.oid, e.evtname, pg_catalog.pg_get_userbyid(e.evtowner),
  CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END,
  e.evtfoid::pg_catalog.regprocedure, e.evtevent, e.evttags
FROM pg_catalog.pg_event_trigger AS e
JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) e.evtfoid
WHERE {reach})",
                              fmt::arg("reach", is_within_reach(reading, "p.pronamespace"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::event_trigger, "", row.text(1));
                    reading.remember(Catalog::event_trigger, row.oid(0), handle);
                    set_values(reading, handle, row, 2,
                               {Property::owner, Property::enabled, Property::function,
                                Property::events, Property::tags});
                  });
}

} // namespace slipway::inspect
