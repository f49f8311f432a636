#pragma once

#include "slipway/app/context.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// The schema of the target, without digests of secrets. Errors: connection, sql.
struct TargetSchema {
  schema::Schema schema;
  std::string target; ///< without secrets
};
Result<TargetSchema> read_target_schema(const Context& context);

/// The files that `slipway snapshot` keeps, by their paths.
struct SnapshotFiles {
  std::string sql_path;
  std::string json_path;
  /// "PATH: REASON" of what schema.sql could not say.
  std::vector<std::string> not_written;
};
/// Writes schema.sql and schema.json into snapshot.folder, over those that are there. Errors: as
/// read_target_schema; io.
Result<SnapshotFiles> write_snapshot(const Context& context);

/// How the files differ from the target.
struct SnapshotCheck {
  SnapshotFiles files;
  std::vector<schema::Difference> differences; ///< from schema.json to the target
  bool is_json_missing = false;
  bool is_sql_stale = false; ///< schema.sql is missing or not what would be written
  bool is_current() const { return differences.empty() && !is_json_missing && !is_sql_stale; }
};
/// Errors: as write_snapshot; source for a schema.json that cannot be read.
Result<SnapshotCheck> check_snapshot(const Context& context);

} // namespace slipway::app
