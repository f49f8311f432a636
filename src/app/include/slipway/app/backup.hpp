#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/catalogue.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/plan/plan.hpp"

#include <string>
#include <vector>

namespace slipway::app {

struct BackupRequest {
  std::string label = "manual";
  backup::Extent extent = backup::Extent::all;
  std::vector<QualifiedName> tables; ///< of Extent::tables
  /// What is about to be done: then it holds what that could take away, and says why. In place of
  /// `extent` and `tables`.
  const plan::Plan* before = nullptr;
};

/// Makes a backup of the target in backup.store, labelled with run.git_sha. Errors: as
/// backup::create; connection.
Result<backup::Manifest> create_backup(const Context& context, const BackupRequest& request);

/// Copies the target inside its cluster behind a fence of seconds, as database `copy`. Errors: as
/// backup::copy_by_template.
Result<backup::Manifest> copy_target(const Context& context, const BackupRequest& request,
                                     const std::string& copy);

/// What a backup is best made by here, and why: sizes, rights, sessions that would be ended. `copy`
/// is the name of a copy inside the cluster, if one is wanted. Errors: connection, sql.
struct ChosenEngine {
  backup::Engine engine = backup::Engine::hot;
  std::string why;
};
Result<ChosenEngine> choose_engine(const Context& context, const std::string& copy);

/// Lets pgBackRest back up the cluster of the target. Errors: configuration when
/// backup.pgbackrest_stanza is not set; as backup::back_up_by_pgbackrest.
Result<backup::Manifest> create_pgbackrest_backup(const Context& context,
                                                  const BackupRequest& request);
/// Errors: as backup::check_pgbackrest.
Status check_pgbackrest_backup(const Context& context, const backup::Manifest& manifest);
/// Makes a data directory of such a backup. Errors: as backup::restore_data_directory.
Result<backup::Manifest> restore_to_folder(const Context& context, const std::string& what,
                                           const std::string& folder);

/// Opens the databases that an interrupted copy or rollback left closed. Yields their names.
/// Errors: lock_timeout when one is in use.
Result<std::vector<std::string>> lower_fences(const Context& context);

/// What is in backup.store, and where that is.
struct BackupList {
  std::string store;
  backup::Listing listing;
};
Result<BackupList> list_backups(const Context& context);

/// Errors: as backup::find_backup.
Result<backup::Listed> find_backup(const Context& context, const std::string& what);

enum class VerifyBy { digests, restoring };
struct BackupVerified {
  backup::Manifest manifest;
  backup::Comparison comparison; ///< of VerifyBy::restoring
};
/// Errors: as backup::verify_parts and verify_by_restoring.
Result<BackupVerified> verify_backup(const Context& context, const std::string& what, VerifyBy how);

Result<backup::Pruned> prune_backups(const Context& context);

/// Yields the backup's name.
Result<std::string> pin_backup(const Context& context, const std::string& what,
                               const std::string& reason);
Result<std::string> unpin_backup(const Context& context, const std::string& what);

/// Restores a backup as a new database on the target's server; `settings` are given to it in place
/// of those it had. Errors: as backup::restore.
struct BackupRestored {
  backup::Manifest manifest;
  backup::Comparison comparison;
};
Result<BackupRestored> restore_backup(const Context& context, const std::string& what,
                                      const std::string& database);
Result<BackupRestored> restore_backup(const Context& context, const std::string& what,
                                      const std::string& database,
                                      std::vector<backup::DatabaseSettings::Setting> settings);

} // namespace slipway::app
