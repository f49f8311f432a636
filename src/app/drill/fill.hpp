#pragma once

#include "tables.hpp"

namespace slipway::app::drill {

/// What could be filled, and what could not.
struct Filled {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  /// Tables with a key that take rows, by name: what writers may write to.
  std::map<QualifiedName, Recipe> writable;
  std::vector<std::string> refused; ///< "TABLE: REASON"
};

/// The number that the rows of writers begin with; filled rows have lower ones.
inline constexpr std::int64_t k_first_written = 1'000'000;

/// Which rows are made up: out of the numbers from `first` on.
struct MadeUp {
  std::int64_t first = 1;
  std::int64_t rows = 100;
};

/// Puts made up rows into every table that takes them, tables that others refer to first.
/// Errors: connection, cancelled.
Result<Filled> fill(pg::Session& session, const std::vector<Table>& tables, const MadeUp& made_up,
                    const Wait& wait);

} // namespace slipway::app::drill
