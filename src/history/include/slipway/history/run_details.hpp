#pragma once

#include "slipway/history/store.hpp"

#include <optional>
#include <string>

namespace slipway::history {

/// The last statement of a run that the server refused.
struct FailedStatement {
  Version version;
  Direction direction = Direction::up;
  std::int64_t number = 0; ///< 1-based
  std::string sqlstate;
  std::string message;
};

/// Everything that the history says of one run.
struct RunDetails {
  RunRow row;
  std::string message; ///< why it failed; empty when it did not
  std::optional<std::string> fingerprint_before;
  std::optional<std::string> fingerprint_after;
  std::optional<FailedStatement> failed;
};

/// The run of that number; with 0 the newest one of kind `up`. Nothing when there is none. Errors:
/// sql.
Result<std::optional<RunDetails>> read_run(pg::Session& session, const std::string& history_schema,
                                           std::int64_t run, const Wait& wait);

/// The number of the newest run of any kind; 0 when there is none, or no history. Inside a
/// transaction it leaves that usable. Errors: sql.
Result<std::int64_t> newest_run(pg::Session& session, const std::string& history_schema,
                                const Wait& wait);

} // namespace slipway::history
