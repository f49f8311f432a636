#pragma once

#include "slipway/base/result.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace slipway::replay {

/// What pg_current_snapshot() says: "xmin:xmax:xip,...". It lists transactions, not their
/// subtransactions.
struct SnapshotText {
  std::uint64_t oldest = 0; ///< all before are finished
  std::uint64_t next = 0;   ///< all from here on had not begun
  std::vector<std::uint64_t> under_way;

  /// Whether it sees a transaction, told by the lower 32 bits of its number. Right for those less
  /// than two thousand million before or after it.
  bool sees(std::uint32_t transaction) const;
};

/// Errors: check_failed.
Result<SnapshotText> read_snapshot(std::string_view text);

} // namespace slipway::replay
