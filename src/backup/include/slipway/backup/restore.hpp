#pragma once

#include "slipway/backup/create.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/base/event.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::backup {

/// Whether roles that are missing are made. On a throwaway server they may be; elsewhere a role
/// that is missing is an error before anything is touched.
enum class MissingRoles { refuse, make };

struct RestoreRequest {
  /// Any database of the server that the backup goes to, but the new one.
  pg::ConnectOptions server;
  std::string database; ///< the new one; it must not be there
  int jobs = 4;
  Cipher cipher; ///< from cipher_for_reading()
  std::string program_folder;
  MissingRoles missing_roles = MissingRoles::refuse;
  bool tablespaces = true; ///< false: everything in the default one
  os::CrashPlan* crash = nullptr;
};

/// What differs between a backup and a database that was made of it. Equal when all are empty.
struct Comparison {
  std::vector<std::string> schema;  ///< objects that differ, as paths with what is different
  std::vector<std::string> content; ///< tables with other rows
  std::vector<std::string> notes;   ///< what could not be compared
  bool equal() const { return schema.empty() && content.empty(); }
};

/// The name that a database has while it is being restored, and what is left of it after a kill.
std::string passing_name(const std::string& database);

/// Checks the parts of the backup, makes a new database of it under a passing name, compares it
/// with the manifest, gives it the database's settings, and renames it last: a database of the
/// wanted name is whole and equal. The parts are checked and the server is asked before anything is
/// made. Errors: check_failed when the database is there already, a role is missing, a part is
/// damaged or missing, the server is older, or what was restored is not equal; unsupported when
/// there is no pg_restore for it; sql; io; cancelled. After an error nothing is left of the new
/// database. Interrupted by a kill: call it again, which removes what is left.
Result<Comparison> restore(const Manifest& manifest, Store& store, const RestoreRequest& request,
                           EventSink& events, const Wait& wait);

/// Compares any database with a backup's manifest, table by table and object by object. `store` is
/// needed for the names of objects that differ.
Result<Comparison> compare_with_manifest(const Manifest& manifest, Store& store,
                                         const pg::ConnectOptions& database, const Cipher& cipher,
                                         int jobs, const Wait& wait);

} // namespace slipway::backup
