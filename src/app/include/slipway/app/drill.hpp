#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/version.hpp"
#include "slipway/report/rehearsal_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

struct DrillRequest {
  /// Which migration is taken back; without one the newest.
  std::optional<Version> migration;
  bool own = false;         ///< a migration of slipway's own, on top of the project's
  bool from_backup = false; ///< begin with the newest backup of the project
  std::int64_t rows = 100;  ///< made up for each table
};

/// How a rehearsal went.
struct DrillReport {
  std::string date; ///< "2026-11-20 02:00", UTC
  std::string migration;
  bool is_own = false;
  std::string from; ///< the backup it began with; empty: none
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::vector<std::string> refused; ///< tables that no made up row fits: "TABLE: REASON"

  Millis backup{0};
  Millis fast{0}; ///< until it had failed
  std::string fast_error;
  Millis restore{0};
  Millis carry{0};
  Millis closed{0};
  Millis whole{0};       ///< of the safe path
  Millis longest_gap{0}; ///< between two writes, as the writers saw it

  std::int64_t acknowledged = 0; ///< writes
  std::int64_t written_rows = 0;
  std::int64_t there = 0;
  std::int64_t parked = 0;
  std::int64_t unsure = 0;
  std::int64_t carried = 0; ///< rows that were inserted, changed or removed in the copy
  std::string fingerprint_before;
  std::string fingerprint_after;

  std::vector<std::string> notes;
  std::vector<std::string> problems; ///< what was not as it must be
  bool is_good() const { return problems.empty(); }
};

/// Rehearses a rollback on a throwaway server with this project's migrations: tables are filled, a
/// backup is made, a migration is applied while others write, its down script is replaced by a bad
/// one; the fast path has to fail, the safe path has to bring everything back, and every write that
/// was acknowledged has to be there or parked. The target and the project's backups are not
/// written to. Errors, when it could not begin: unsupported without server programs; as `up` where
/// the migrations cannot be applied; check_failed for a migration that is not there.
Result<DrillReport> hold_drill(const Context& context, const DrillRequest& request);

/// As a row of the runbook's log.
report::Rehearsal rehearsal_of(const DrillReport& report);

} // namespace slipway::app
