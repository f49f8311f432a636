#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/migration_rows.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/read_view.hpp"

#include <cstdint>
#include <map>
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

/// What a comparison saw, so that a later one has to look only at what changed since.
struct Seen {
  std::string origin; ///< snapshot of the new schema
  std::string copy;   ///< snapshot of the copy
  /// Keys of the rows that differed, with a reason or without. A table that is not named, or with
  /// too many, is compared whole the next time.
  std::map<QualifiedName, std::vector<std::string>> differing;
};

struct VerifyReport {
  std::vector<VerifiedTable> tables;
  std::vector<Unexplained> unexplained; ///< the first hundred of each table
  /// What could not be compared, in words for people.
  std::vector<std::string> unchecked;
  Seen seen;
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
/// migration wrote. Takes nothing from how the rows were carried, and changes nothing. Errors:
/// unsupported when the encodings of the two databases differ; sql, connection, cancelled.
Result<VerifyReport> verify(const ReadView& origin, pg::Session& copy, ParkedTable& parked,
                            const CarryMap& map, const VerifyRequest& request, const Wait& wait);

/// The same for two databases of which `seen` says what they were before. Rows that either side
/// wrote since, that differed then, or are parked, are compared by their keys; that all other keys
/// are still on both sides, or on neither, is told by digests of them. A table for which that does
/// not come out even, or that has no key, is compared whole.
Result<VerifyReport> verify_since(const Seen& seen, const ReadView& origin, pg::Session& copy,
                                  ParkedTable& parked, const CarryMap& map,
                                  const VerifyRequest& request, const Wait& wait);

} // namespace slipway::replay
