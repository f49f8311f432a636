#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"

#include <vector>

namespace slipway::app {

/// How much a backup before a plan has to hold, so that the plan can be undone over it.
struct BackupScope {
  backup::Extent extent = backup::Extent::all;
  std::vector<QualifiedName> tables; ///< of Extent::tables, with what a restore of them needs
  backup::Reasons reasons;
};

/// Follows the statements of a plan, both ways, through the catalog: nothing but the schema when it
/// only adds; the tables that it changes or empties, with those that they refer to; everything when
/// that cannot be told. Only reads. Errors: sql, connection.
Result<BackupScope> backup_scope(pg::Session& session, const plan::Plan& plan, const Wait& wait);

} // namespace slipway::app
