#pragma once

#include "slipway/replay/reapply.hpp"

#include <string>
#include <vector>

namespace slipway::replay {

/// The quoted name of the table of parked rows.
std::string parked_place(const std::string& history_schema);
Result<bool> has_parked(pg::Session& session, const std::string& place, const Wait& wait);

/// A condition on parked rows `p` that were not made again, and its parameters from $1 on.
struct Chosen {
  std::string text;
  std::vector<pg::Param> params;
};
/// `has_mark`: whether the table has the column `reapplied_at`.
Chosen chosen(const ParkedSelection& which, bool has_mark);

} // namespace slipway::replay
