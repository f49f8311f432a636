#pragma once

#include <string>
#include <vector>

namespace slipway::test {

/// One sort of change that is taken back. The way back is the `down` where it is good; `bad_down`
/// fails, or leaves another schema than the one from before.
struct DrillKind {
  std::string name;
  std::string up;
  std::string down;
  std::string bad_down;
  /// Set where the way back does not follow from the down script: the up that has none in place.
  std::string bad_up = {};
  bool up_fails = false;  ///< it stops half way
  bool loses = false;     ///< it destroys values, so that undoing in place must be asked for
  bool piecewise = false; ///< its down is no transaction
  /// A table that only the old schema has: what was written there may be lost when it is named.
  std::string only_in_old = {};
  /// It changes rows that are there. Without a record of who wrote what they stay as it left them.
  bool changes_rows = false;
};

/// additive, drop_column, soft_drop, rename, swap_of_names, retype, split, drop_table, constraint,
/// data_migration, not_transactional, half_applied.
const std::vector<DrillKind>& drill_kinds();

/// SQL that makes what all kinds change, with rows.
std::string drill_ground();

} // namespace slipway::test
