#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/parked.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::replay {

/// A row that is not the same on both sides although nothing says why.
struct Unexplained {
  QualifiedName table;
  std::string key; ///< JSON object; of a table without key a hash of the row
  bool in_copy = false;
  bool in_new = false;
};

struct VerifiedTable {
  QualifiedName table;
  std::int64_t rows_in_copy = 0;
  std::int64_t rows_in_new = 0;
  std::int64_t parked = 0;       ///< rows that differ, and are parked
  std::int64_t by_migration = 0; ///< rows that differ, and were written last by the migration
  std::int64_t unexplained = 0;
};

struct VerifyReport {
  std::vector<VerifiedTable> tables;
  std::vector<Unexplained> unexplained; ///< the first hundred of each table
  /// What could not be compared, in words for people.
  std::vector<std::string> unchecked;
  bool is_good() const;
};

struct VerifyRequest {
  /// Transactions of the migration, where what they wrote was not carried over. A row that one of
  /// them wrote last may differ in the columns that have another type now, and in no other.
  std::vector<std::uint64_t> migration_transactions;
  /// Rows that may differ, since the migration itself wrote or removed them.
  MigrationRows migration_rows;
  /// Whether every row of a table that only the new schema has must be parked.
  bool created_rows_are_parked = true;
};

/// Compares every row of the copy with the new schema through the map: sums of hashes first, then,
/// where they differ, the rows by their keys. Each difference must be a parked row, or one that the
/// migration wrote. Takes nothing from how the rows were carried, and changes nothing. Rows that
/// are written meanwhile show as differences. Errors: unsupported when the encodings of the two
/// databases differ; sql, connection, cancelled.
Result<VerifyReport> verify(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                            const CarryMap& map, const VerifyRequest& request, const Wait& wait);

} // namespace slipway::replay
