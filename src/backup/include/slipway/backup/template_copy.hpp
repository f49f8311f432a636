#pragma once

#include "slipway/backup/create.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/base/event.hpp"
#include "slipway/inspect/read.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace slipway::backup {

struct TemplateCopyRequest {
  pg::ConnectOptions source;
  std::string maintenance_database = "postgres"; ///< where the work is done from
  std::string label = "manual";
  std::string git_sha;
  std::string copy_database; ///< name of the copy; it must not be there
  inspect::Scope scope;
  int jobs = 4;
  Millis fence_limit{30'000}; ///< how long the database may be closed
  NewestRun newest_run;       ///< of slipway's history, asked in the copy
  std::string tool_version;
  std::chrono::system_clock::time_point now;
  os::CrashPlan* crash = nullptr;
};

/// Copies a database inside its cluster behind a fence, which is down again when this returns,
/// gives the copy the settings of the database, and puts the manifest into the store. The copy has
/// the same numbers of tables and columns, statistics and all. Errors: as pg::Fence::put_up; sql.
/// After an error there is no copy, unless the server could not be reached.
Result<Manifest> copy_by_template(const TemplateCopyRequest& request, Store& store,
                                  EventSink& events, const Wait& wait);

/// Makes a database of a copy, which stays: the safe path of a rollback goes over it. `server` is
/// in another database. Interrupted by a kill: call it again. Errors: check_failed when there is a
/// database of that name; sql, also when the copy is gone or somebody is connected to it.
Status restore_from_copy(const Manifest& manifest, const pg::ConnectOptions& server,
                         const std::string& database, const Wait& wait);

/// Folders of databases that no database has: what a kill of the server during CREATE DATABASE
/// leaves for ever. Errors: sql, when the role may not look.
Result<std::vector<std::string>> orphaned_folders(pg::Session& session, const Wait& wait);

} // namespace slipway::backup
