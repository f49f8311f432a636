#pragma once

#include "row_texts.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>

namespace slipway::replay {

/// Rows that the new schema may have written since the backup, in temporary tables of the copy's
/// session that go with its transaction.
struct Stage {
  /// slipway_n, slipway_at and slipway_in (place in the new table), and the columns.
  static constexpr const char* k_rows = "pg_temp.slipway_rows";
  /// Keys of rows that there are.
  static constexpr const char* k_keys = "pg_temp.slipway_keys";
  /// Keys that somebody named, as JSON objects in the column `value`.
  static constexpr const char* k_named = "pg_temp.slipway_named";
};

/// Which rows were written since a snapshot.
struct WrittenSince {
  std::string condition; ///< on a row; empty: all of them were
  /// " WHERE ..." with it, or nothing.
  std::string where() const;
};

/// Those whose writer was not finished at the snapshot; all when it is empty or too long ago to
/// tell. Whoever was under way counts as later, for a snapshot does not name its subtransactions.
/// `row` is what a row is called. Errors: check_failed when the snapshot is not of this cluster.
Result<WrittenSince> written_since(pg::Session& session, const std::string& snapshot,
                                   const std::string& row, const Wait& wait);

/// Fills Stage::k_rows. Yields how many there are.
Result<std::int64_t> stage_rows(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                const WrittenSince& since, const Wait& wait);
/// Adds to Stage::k_rows the rows of these keys, a JSON array of them, which `since` passed over.
Status stage_more(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                  const WrittenSince& since, const std::string& keys, const Wait& wait);
/// Fills Stage::k_rows with the rows of the keys that a query on the new schema yields as `value`,
/// and Stage::k_named with those keys and the ones of a second query. Yields how many rows.
Result<std::int64_t> stage_named(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                 const std::string& keys, const std::string& more_keys,
                                 const Wait& wait);
/// Fills Stage::k_keys with those for which the condition holds; empty: with all.
Status stage_keys(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                  const std::string& condition, const Wait& wait);

/// Streams one COPY into another in pieces, so that a large table is never held. Yields the rows.
Result<std::int64_t> copy_across(pg::Session& from, const SqlText& out, pg::Session& to,
                                 const SqlText& in, const Wait& wait);

} // namespace slipway::replay
