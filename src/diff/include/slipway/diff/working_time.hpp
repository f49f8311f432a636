#pragma once

#include "slipway/diff/plan.hpp"

#include "slipway/base/sql_text.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace slipway::diff {

/// What a statement does to the rows that are there.
enum class RowWork {
  none,
  read,  ///< looks at each of them
  write, ///< writes each of them, or an index over them
};

/// A statement as far as its time depends on how much there is.
struct Work {
  RowWork rows = RowWork::none;
  std::vector<QualifiedName> relations; ///< whose rows
  bool concurrent = false;              ///< nobody waits for it
};
Work work_of(const Statement& statement);

/// How long that may take where so many bytes are, on a slow disk under load; in whole minutes.
std::chrono::minutes time_for(RowWork work, std::int64_t bytes);

} // namespace slipway::diff
