#pragma once

#include "slipway/backup/create.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/inspect/read.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace slipway::backup {

/// Where pgBackRest is and what it calls the cluster.
struct PgBackRest {
  std::vector<std::string> program; ///< with leading arguments: {"ssh", "repository", "pgbackrest"}
  std::string stanza;
};

struct PgBackRestRequest {
  pg::ConnectOptions source;
  PgBackRest how;
  std::string label = "manual";
  std::string git_sha;
  inspect::Scope scope; ///< what counts in the fingerprint
  NewestRun newest_run;
  std::string tool_version;
  std::chrono::system_clock::time_point now;
};

/// Lets pgBackRest back up the cluster of a database, with the backup's name as an annotation, and
/// then notes the place in the log up to which it is to be restored: everything that is committed
/// when this returns is in it. The manifest goes into the store, the data into pgBackRest's own
/// repository. Errors: check_failed with what pgBackRest said; io when it cannot be started; sql.
Result<Manifest> back_up_by_pgbackrest(const PgBackRestRequest& request, Store& store,
                                       EventSink& events, const Wait& wait);

/// Whether pgBackRest has the backup still. Errors: check_failed.
Status check_pgbackrest(const Manifest& manifest, const PgBackRest& how, const Wait& wait);

/// Makes a data directory of the backup in a folder that is empty or not there: a server that is
/// started on it recovers up to the place that was noted, and opens. Nothing is started. Errors:
/// check_failed with what pgBackRest said, or when something is in the folder; io.
Status restore_data_directory(const Manifest& manifest, const PgBackRest& how,
                              const std::string& folder, const Wait& wait);

} // namespace slipway::backup
