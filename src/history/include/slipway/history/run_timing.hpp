#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/history/store.hpp"

#include <optional>
#include <string>

namespace slipway::history {

/// How long a run took.
struct RunTiming {
  std::int64_t run = 0;
  std::string started_at; ///< "2026-11-20T10:30:00Z"
  Millis took{0};
};

/// Of the newest run of that kind that was done and ran at least one statement. Nothing when there
/// is none. Precondition: the tables are there. Errors: sql.
Result<std::optional<RunTiming>> newest_timing(pg::Session& session,
                                               const std::string& history_schema,
                                               const std::string& kind, const Wait& wait);

} // namespace slipway::history
