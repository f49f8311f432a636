#include "slipway/history/run_timing.hpp"

#include "row_values.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

Result<std::optional<RunTiming>> newest_timing(pg::Session& session,
                                               const std::string& history_schema,
                                               const std::string& kind, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format(
              "SELECT r.id, pg_catalog.date_part('epoch', r.started_at), (1000 "
              "OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', r.finished_at "
              "OPERATOR(pg_catalog.-) r.started_at))::bigint FROM {0}.run AS r WHERE r.kind "
              "OPERATOR(pg_catalog.=) $1::text AND r.outcome OPERATOR(pg_catalog.=) 'done' AND "
              "EXISTS (SELECT FROM {0}.journal AS j WHERE j.run OPERATOR(pg_catalog.=) r.id) "
              "ORDER BY r.id DESC LIMIT 1",
              quote_identifier(history_schema))),
          {kind}, wait));
  if (rows.size() == 0) return std::optional<RunTiming>();
  return std::optional(RunTiming{.run = rows.integer(0, 0),
                                 .started_at = iso_utc(rows.real(0, 1)),
                                 .took = Millis(rows.integer(0, 2))});
}

} // namespace slipway::history
