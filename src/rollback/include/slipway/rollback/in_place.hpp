#pragma once

#include "slipway/backup/schema_restore.hpp"
#include "slipway/rollback/safe_path.hpp"
#include "slipway/schema/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace slipway::rollback {

/// Back inside of the broken database itself, for a role that may not make another one.
struct InPlaceRequest {
  /// Of which `control`, `make_copy`, `kept_copy` and the slot are not used.
  SafePathRequest path;
  std::string backup; ///< its name
  const schema::Schema* before = nullptr;
  const schema::Schema* now = nullptr;
  /// Checks the backup, before anything is touched.
  std::function<Result<backup::SchemaRestore>(const backup::SchemaRestoreRequest&, const Wait&)>
      restore;
};

/// Restores the schemas of the backup beside the broken ones, in one transaction in which they have
/// the names that they are written with; carries over what was written since by comparing, and
/// compares all rows; all while the application works. Then it locks every table of the broken
/// schemas against writing, carries over the rest, compares what changed since, puts back foreign
/// keys and triggers, and gives the restored schemas the names, in one transaction that ends only
/// if the fingerprint is the wanted one. Interrupted anywhere and called again, it goes on; until
/// that last commit everybody sees the database as it was. The broken schemas stay, under
/// broken_name(). Errors: as take_safe_path, and each obstacle by name.
Result<SafePathReport> take_path_in_place(const InPlaceRequest& request, const Wait& wait);

} // namespace slipway::rollback
