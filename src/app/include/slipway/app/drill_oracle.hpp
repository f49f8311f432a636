#pragma once

#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app::drill {

/// What became of one row, as the server acknowledged it.
struct Written {
  bool is_there = true; ///< false: it was deleted
  /// The answer to the last write was lost: it may have taken effect or not.
  bool is_unsure = false;
  /// Name and value of a text column that was updated after the migration had ended. What the
  /// migration itself makes of earlier values is its own affair.
  std::optional<std::pair<std::string, std::string>> value;
};

/// Every write that was acknowledged, under the names from before the migration.
struct Ledger {
  std::map<QualifiedName, std::map<std::string, Written>> rows; ///< by table and key
  std::int64_t acknowledged = 0;
  std::int64_t longest_gap_ms = 0;              ///< between two acknowledged writes of one writer
  std::map<std::string, std::int64_t> refusals; ///< SQLSTATE, how often

  void add(const Ledger& other);
};

/// Where each acknowledged write is after the rollback.
struct Verdict {
  std::int64_t rows = 0;         ///< that were written
  std::int64_t there = 0;        ///< as they were acknowledged
  std::int64_t parked = 0;       ///< kept with a reason, since the old schema cannot hold them
  std::int64_t unsure = 0;       ///< the answer to the last write was lost; either is right
  std::vector<std::string> lost; ///< a sentence each
};

/// Compares what was acknowledged with what is there. Takes nothing from how it was carried over.
/// Errors: sql.
Result<Verdict> judge(pg::Session& session, const Ledger& ledger, const std::string& history_schema,
                      const Wait& wait);

} // namespace slipway::app::drill
