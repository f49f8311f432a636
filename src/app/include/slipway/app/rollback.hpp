#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/rollback/assessment.hpp"
#include "slipway/rollback/decision.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

struct RollbackRequest {
  std::int64_t run = 0; ///< 0: the newest `up`
  rollback::Wish wish = rollback::Wish::automatic;
};

/// What a rollback would do, for somebody to agree to.
struct RollbackOutlook {
  RollbackRequest request;
  rollback::Assessment assessment;
  rollback::Decision decision;
  std::string target; ///< without secrets
};

/// Looks and decides; changes nothing. Errors: as rollback::assess.
Result<RollbackOutlook> look_at_rollback(const Context& context, const RollbackRequest& request);

struct RollbackReport {
  RunReport run;
  /// The schema's fingerprint is the one from before. When false, nobody had kept that one.
  bool proven = false;
  std::string fingerprint;
};

/// Carries out what was decided, under the runner lock, and proves it. Errors: check_failed when
/// what is in the database is no longer what was looked at; unsupported for the safe path;
/// part_way when the schema is not the one from before, with the differences; as Runner::run.
Result<RollbackReport> roll_back(const Context& context, const RollbackOutlook& outlook);

} // namespace slipway::app
