#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/backup/catalogue.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/replay/park_dropped.hpp"
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
  /// The slot that has kept what was written since; empty: none, it is found by comparing.
  std::string capture;
  std::string copy;     ///< with the old schema, made by the deploy; empty: there is none
  std::string in_place; ///< why the safe path would go on inside the database; empty: it would not
  std::string target;   ///< without secrets
  /// What deploy.health says now: "healthy", or why not; empty when there is none.
  std::string application;
  /// Names of steps that an interrupted rollback of this run did not come to; only when the run has
  /// left nothing in the database any more.
  std::vector<std::string> left_over;
  Millis passed{0};   ///< since the first step of the interrupted one
  Millis budget{0};   ///< rollback.budget; 0: none
  Millis estimate{0}; ///< of the path; 0: not known
};

/// Looks and decides; changes nothing. Errors: as rollback::assess.
Result<RollbackOutlook> look_at_rollback(const Context& context, const RollbackRequest& request);

/// One thing that a rollback did.
struct RollbackStepDone {
  std::string step; ///< "freeze", "stop", "fast path", "safe path", "previous version", "health",
                    ///< "unfreeze", "set aside"
  bool done = false;
  Millis duration{0};
};

struct RollbackReport {
  RunReport run; ///< of the fast path
  std::vector<RollbackStepDone> steps;
  Millis elapsed{0}; ///< since the first step, of an interrupted rollback too
  std::int64_t health_checks = 0;
  std::optional<rollback::SafePathReport> safe;
  /// What the fast path kept aside before it dropped it, and what the safe path found in columns
  /// that only the new schema has; in the table `parked` of the history's schema.
  std::vector<replay::ParkedDrop> parked_beside;
  /// The schema's fingerprint is the one from before. When false, nobody had kept that one.
  bool proven = false;
  std::string fingerprint;
};

/// Carries out what was decided: the hook that keeps others away (rollback.freeze), the one that
/// stops the application (rollback.stop), the path and its proof, the previous version of the
/// application (deploy.previous_application) and its health, and the hook that lets everybody in
/// again (rollback.unfreeze). Each is an event and a row in rollback_step of the history's schema;
/// interrupted and called again it goes on. A hook from before the path that fails is a warning:
/// the path does not rest on it. When the fast path fails and may be followed by the safe one, it
/// is. Errors: check_failed when what is in the database is no longer what was looked at, or
/// somebody must do something first; part_way when the schema is not the one from before, with the
/// differences, or when it is and the application did not come back; as Runner::run and
/// rollback::take_safe_path.
Result<RollbackReport> roll_back(const Context& context, const RollbackOutlook& outlook);

/// What a rollback over a backup kept of the database that the run broke. Errors: check_failed when
/// it is not there; sql.
struct KeptDatabase {
  std::string name;
  std::string size;                 ///< for people
  std::vector<std::string> schemas; ///< when it is no database, but these
  std::int64_t run = 0;             ///< likewise
};
Result<KeptDatabase> find_kept_database(const Context& context, std::int64_t run);
/// Drops it. Errors: check_failed when something else rests on it; sql.
Status drop_kept_database(const Context& context, const KeptDatabase& kept);

} // namespace slipway::app
