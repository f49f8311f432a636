#pragma once

#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/state_sync.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

struct ReconcileReport {
  std::int64_t sequences_moved = 0;
  std::int64_t large_objects_copied = 0;
  std::int64_t large_objects_removed = 0;
  std::int64_t unlogged_rows = 0; ///< inserted, updated or removed
  std::int64_t views_refreshed = 0;
  /// Rows parked because the row they refer to is not in the copy, or one of the same deferrable
  /// key is.
  std::int64_t orphans_parked = 0;
  /// What was left alone and why, in words for people.
  std::vector<std::string> notes;
};

/// What was done while others still wrote.
struct ReconciledAhead {
  ReconcileReport report;
  std::string snapshot; ///< until when large objects have been seen
};

/// What takes long and can be done while others write, so that little of it is left: large objects,
/// materialized views, statistics. `snapshot` is that of the backup. Errors: as reconcile.
Result<ReconciledAhead> reconcile_ahead(pg::Session& origin, pg::Session& copy,
                                        const std::string& snapshot, const Wait& wait);

struct ReconcileRequest {
  std::string snapshot; ///< of the backup
  /// Of a view from which rows of tables that only the new schema has were parked before; empty:
  /// they were not.
  std::string seen;
  /// Rows that are not in the copy because the migration itself wrote them.
  const MigrationRows* not_carried = nullptr;
  /// Materialized views are not refreshed again.
  std::optional<ReconciledAhead> ahead = {};
  /// Both sides are schemas of one database: large objects are the same ones, and materialized
  /// views are up to the caller.
  bool in_one_database = false;
  /// As foreign_keys_of says, where the copy has none while rows are carried; empty: they are read.
  std::string foreign_keys = {};
  /// Schemas that are of neither side.
  std::vector<std::string> leave_out = {};
};

/// The foreign keys of a database, by the numbers of its tables: to be kept while they are not
/// there. Errors: sql.
Result<std::string> foreign_keys_of(pg::Session& session, const Wait& wait);

/// Brings over what is not in tables, or not in a stream of changes: sequences (the one that is
/// farther), large objects, unlogged tables; parks rows of tables that only the
/// new schema has, and rows whose parent the old schema could not take;
/// refreshes materialized views. Done again it comes to the same. To be run after
/// the rows were carried, while nobody writes to either side. Errors: as sync_state.
Result<ReconcileReport> reconcile(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                                  const CarryMap& map, const ReconcileRequest& request,
                                  const Wait& wait);

} // namespace slipway::replay
