#pragma once

#include "slipway/base/event.hpp"
#include "slipway/history/run_details.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::history {

/// One attempt at one statement, as the journal tells of it.
struct JournalRow {
  Version version;
  Direction direction = Direction::up;
  std::int64_t statement = 0; ///< 1-based
  std::string state;          ///< "started", "finished" or "failed"
  std::string started_at;     ///< "2026-11-20T10:30:00Z"
  std::int64_t took_ms = 0;   ///< 0 where the end is not known
  std::int64_t lock_wait_ms = 0;
  std::int64_t retries = 0;
  std::int64_t rows = 0;
  std::string sqlstate;
  std::string message;
};

/// A run with everything that was tried in it.
struct RunStory {
  RunDetails run;
  std::vector<JournalRow> journal; ///< in the order of the attempts
};

/// The newest `up` that was not done, or was taken back since; 0 when there is none. Precondition:
/// the tables are there. Errors: sql.
Result<std::int64_t> newest_troubled_run(pg::Session& session, const std::string& history_schema,
                                         const Wait& wait);

/// That run and those after it, oldest first, at most `limit`. Empty when there is no such run.
/// Errors: sql.
Result<std::vector<RunStory>> read_stories(pg::Session& session, const std::string& history_schema,
                                           std::int64_t run, std::int64_t limit, const Wait& wait);

/// The transactions in which statements of a run were done: those that wrote its journal. None of
/// statements outside of a transaction. Errors: sql.
Result<std::vector<std::uint64_t>> transactions_of_run(pg::Session& session,
                                                       const std::string& history_schema,
                                                       std::int64_t run, const Wait& wait);

/// Whether `later` took `earlier` back: it undid what that had applied, or says so.
bool took_back(const RunStory& later, const RunStory& earlier);

} // namespace slipway::history
