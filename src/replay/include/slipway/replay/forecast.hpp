#pragma once

#include "slipway/replay/apply_changes.hpp"

#include <cstdint>
#include <map>

namespace slipway::replay {

/// What a replay would have to do if it began now.
struct Forecast {
  std::int64_t transactions = 0;
  std::int64_t rows = 0;
  /// Rows of tables that the old schema does not have: these will be parked. Others may join them;
  /// which, only replaying shows.
  std::int64_t rows_without_table = 0;
  std::int64_t by_migration = 0;
  std::map<std::uint32_t, std::int64_t> inserted; ///< rows, by the number of their table
  /// At that many rows a second.
  double seconds(double rows_per_second) const {
    return static_cast<double>(rows) / rows_per_second;
  }
};

/// Counts by decoding, without applying anything. Of the request everything but the group counts.
/// Transactions up to `have` are in a copy already: only what they inserted is counted. Errors: as
/// apply_changes.
Result<Forecast> forecast(pg::Session& origin, const RelationMap& before,
                          const ReplayRequest& request, Lsn have, const Wait& wait);

/// How far a copy is behind a slot that was replayed onto it; 0: it is at its beginning. Changes
/// nothing. Errors: sql.
Result<Lsn> replayed_up_to(pg::Session& copy, const std::string& schema, const std::string& run,
                           const Wait& wait);

} // namespace slipway::replay
