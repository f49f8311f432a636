#pragma once

#include "row_texts.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <vector>

namespace slipway::replay {

/// A staged row that the old schema refused, and what it said.
struct Refused {
  std::int64_t number = 0; ///< slipway_n
  std::string sqlstate;
  std::string message;
};

/// Whether the error is about the row, so that others may still go in; what is about the server,
/// our statement or our rights is not.
bool is_about_the_row(const Error& error);

/// The rows that were there before, saved in a temporary table: slipway_n, slipway_at, slipway_in
/// and their columns.
constexpr const char* k_old_rows = "pg_temp.slipway_old";

/// Inserts all staged rows, halving what is refused until the rows to blame are alone; those from
/// the number `doubtful` on are tried one by one. What is refused is left out and told. Their old
/// versions, taken away before, are put back; where another row has taken their place, the message
/// says so.
Result<std::vector<Refused>> fill(pg::Session& copy, const RowTexts& texts, std::int64_t doubtful,
                                  const Wait& wait);

} // namespace slipway::replay
