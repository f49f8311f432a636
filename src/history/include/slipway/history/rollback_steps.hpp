#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::history {

/// One step of taking a run back.
struct RollbackStep {
  std::string step;
  std::string state;      ///< "started", "done", "failed"
  std::string started_at; ///< as the server writes a timestamptz in UTC
  std::string finished_at;
  std::string message;
  std::int64_t age_ms = 0; ///< since it started, by the server's clock
};

/// The journal of a rollback's steps, hooks included, so that one which is run again knows what is
/// left, and so that somebody can be told later what happened when. Its table is made when the
/// first step begins.
class RollbackSteps {
public:
  explicit RollbackSteps(std::string history_schema) : schema_(std::move(history_schema)) {}

  /// Oldest first; none when there is no such table. Errors: sql.
  Result<std::vector<RollbackStep>> of(pg::Session& session, std::int64_t run,
                                       const Wait& wait) const;
  /// Which runs, from that one on, have any. Errors: sql.
  Result<std::vector<std::int64_t>> runs_since(pg::Session& session, std::int64_t first,
                                               const Wait& wait) const;
  Status begin(pg::Session& session, std::int64_t run, const std::string& step,
               const Wait& wait) const;
  /// Ends the newest such step; makes it where another database had its beginning.
  Status finish(pg::Session& session, std::int64_t run, const std::string& step,
                const std::string& state, const std::string& message, const Wait& wait) const;
  /// Writes into `to` what `from` has of this run and `to` has not.
  Status carry(pg::Session& from, pg::Session& to, std::int64_t run, const Wait& wait) const;

private:
  std::string table() const;
  Status ensure(pg::Session& session, const Wait& wait) const;
  std::string schema_;
};

} // namespace slipway::history
