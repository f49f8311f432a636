#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/backup/catalogue.hpp"
#include "slipway/rollback/assessment.hpp"
#include "slipway/rollback/decision.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <cstdint>
#include <optional>
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
  /// The one that the safe path goes over.
  std::optional<backup::Listed> backup;
  std::string target; ///< without secrets
};

/// Looks and decides; changes nothing. Errors: as rollback::assess.
Result<RollbackOutlook> look_at_rollback(const Context& context, const RollbackRequest& request);

struct RollbackReport {
  RunReport run; ///< of the fast path
  std::optional<rollback::SafePathReport> safe;
  /// The schema's fingerprint is the one from before. When false, nobody had kept that one.
  bool proven = false;
  std::string fingerprint;
};

/// Carries out what was decided, under the runner lock, and proves it. Errors: check_failed when
/// what is in the database is no longer what was looked at, or somebody must do something first;
/// part_way when the schema is not the one from before, with the differences; as Runner::run and
/// rollback::take_safe_path.
Result<RollbackReport> roll_back(const Context& context, const RollbackOutlook& outlook);

/// What a rollback over a backup kept of the database that the run broke. Errors: check_failed when
/// it is not there; sql.
struct KeptDatabase {
  std::string name;
  std::string size; ///< for people
};
Result<KeptDatabase> find_kept_database(const Context& context, std::int64_t run);
/// Drops it. Errors: sql.
Status drop_kept_database(const Context& context, const KeptDatabase& kept);

} // namespace slipway::app
