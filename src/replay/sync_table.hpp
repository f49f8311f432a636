#pragma once

#include "slipway/replay/state_sync.hpp"
#include "stage.hpp"

#include <string>

namespace slipway::replay {

/// What both sides of a synchronisation share.
struct SyncScene {
  pg::Session& origin; ///< inside a ReadView
  pg::Session& copy;   ///< outside of a transaction
  ParkedTable& parked;
  std::string time_zone;
  WrittenSince since;
};

/// Carries one table over, in one transaction of the copy.
Result<SyncCounts> sync_table(const SyncScene& scene, const CarriedTable& table, const Wait& wait);

/// Parks every row of a table that only the new schema has; unless they are parked, and none was
/// written since.
Result<SyncCounts> park_created_table(const SyncScene& scene, const Relation& table,
                                      const Wait& wait);

} // namespace slipway::replay
