#pragma once

#include "slipway/base/event.hpp"
#include "slipway/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

/// What a program that migrates at its own start-up has to say.
struct MigrateOptions {
  std::string database_url; ///< empty: PG* variables decide
  std::string migrations_folder;
  std::string history_schema = "slipway";
  std::chrono::milliseconds lock_wait{600'000}; ///< how long to wait for another runner
  EventSink* events = nullptr;                  ///< null: silent; must outlive the call
};

struct MigrateReport {
  std::int64_t run = 0;             ///< 0 when there was nothing to do
  std::vector<std::string> applied; ///< "1 create_users", in order
};

/// Applies every pending migration, as `slipway up` does: one runner at a time, each migration
/// once. Programs that start together may all call it: one migrates, the others wait and then find
/// nothing to do. Blocks until done. Safe to call again after a crash.
Result<MigrateReport> migrate(const MigrateOptions& options);

} // namespace slipway::app
