#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/backup/manifest.hpp"

#include <optional>
#include <string>

namespace slipway::app {

struct DeployReport {
  std::optional<std::string>
      backup; ///< its name; none when deploy.backup is off, or nothing is pending
  RunReport run;
  std::int64_t health_checks = 0; ///< made; 0 when none is configured
};

/// Whether the backup holds everything, or what the plan could take away.
enum class Full { no, yes };

/// Backup, `up`, the hook that brings the new version of the application, health checks; when
/// anything after the backup fails, a rollback of just this run, the hook that brings the previous
/// version back, and the alert. Errors: rolled_back when the database is as it was; part_way when
/// the rollback failed, too, or a person must do something first; before anything was changed as
/// create_backup and up.
Result<DeployReport> deploy(const Context& context, Full full = Full::no);

} // namespace slipway::app
