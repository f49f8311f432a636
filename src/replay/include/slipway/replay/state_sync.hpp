#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/read_view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::replay {

struct SyncCounts {
  std::int64_t looked_at = 0; ///< rows written since the backup, by the migration or anybody
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t removed = 0;
  std::int64_t unchanged = 0; ///< looked at, and the copy had them so already
  std::int64_t parked = 0;
  /// New rows that got a default for columns which the new schema does not have.
  std::int64_t unknown_filled = 0;
};

struct SyncedTable {
  QualifiedName table; ///< of the old schema; of the new one when only that has it
  SyncCounts counts;
};

struct SyncReport {
  std::vector<SyncedTable> tables;
  /// Tables that the migration dropped: what was written to them since the backup is not known.
  std::vector<QualifiedName> dropped;
  SyncCounts total() const;
};

struct SyncRequest {
  /// What pg_current_snapshot() said when the copy was as the database was: under the snapshot of
  /// the backup, or in the view from which it was carried over before. Empty: every row is looked
  /// at.
  std::string snapshot;
};

/// Carries what was written since the backup from the kept database with the new schema into the
/// copy with the old one, without anything having been captured: rows whose writer was not finished
/// at the backup, and digests of the keys of both sides, which are compared where they differ.
/// Nobody may write to the copy meanwhile.
///
/// One transaction a table; done again it comes to the same. It does not see what is no longer
/// there: writes to columns and tables that were dropped since. The migration's own changes of
/// values in columns that both schemas have are carried like those of anybody else.
///
/// Errors: check_failed when something cannot be carried by any rule (then nothing was changed);
/// unsupported when triggers cannot be kept from firing; sql, connection, cancelled.
Result<SyncReport> sync_state(const ReadView& origin, pg::Session& copy, ParkedTable& parked,
                              const CarryMap& map, const SyncRequest& request, const Wait& wait);

} // namespace slipway::replay
