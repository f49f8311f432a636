#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/create.hpp"
#include "slipway/backup/schema_restore.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/pg/session.hpp"

#include <memory>
#include <string>

namespace slipway::app {

/// What the settings say of backups.
Result<std::unique_ptr<backup::Store>> configured_store(const Context& context);
int backup_jobs(const Context& context);
/// Asks the history of the target.
backup::NewestRun newest_run_of(const Context& context);

/// Fetches and checks that backup, for restoring into schemas. Errors: as
/// backup::SchemaRestore::prepare.
Result<backup::SchemaRestore> schema_restore_of(const Context& context,
                                                const backup::Manifest& manifest,
                                                backup::SchemaRestoreRequest request,
                                                const Wait& wait);

/// Workers open sessions of their own, which say whose they are.
pg::ConnectOptions for_workers(const pg::Session& session);

} // namespace slipway::app
