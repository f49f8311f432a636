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
  /// The keys of all rows there are.
  static constexpr const char* k_keys = "pg_temp.slipway_keys";
};

/// A condition on `slipway_row` for those whose writer was not finished at the snapshot, or empty
/// for all rows.
using WrittenSince = std::string;

/// Makes that condition. Whoever was under way at the snapshot counts as later, for a snapshot does
/// not name its subtransactions. Errors: check_failed when the snapshot is not of this cluster.
Result<WrittenSince> written_since(pg::Session& origin, const std::string& snapshot,
                                   const Wait& wait);

/// Fills Stage::k_rows. Yields how many there are.
Result<std::int64_t> stage_rows(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                const WrittenSince& since, const Wait& wait);
/// Fills Stage::k_keys.
Status stage_keys(pg::Session& origin, pg::Session& copy, const RowTexts& texts, const Wait& wait);

/// Streams one COPY into another in pieces, so that a large table is never held. Yields the rows.
Result<std::int64_t> copy_across(pg::Session& from, const SqlText& out, pg::Session& to,
                                 const SqlText& in, const Wait& wait);

} // namespace slipway::replay
