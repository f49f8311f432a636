#pragma once

#include "slipway/replay/state_sync.hpp"

#include <string>

namespace slipway::replay {

/// What both sides of a synchronisation share.
struct SyncScene {
  pg::Session& origin; ///< inside begin_reading
  pg::Session& copy;   ///< outside of a transaction
  ParkedTable& parked;
  std::string time_zone;
  std::string since; ///< a WrittenSince
};

/// Carries one table over, in one transaction of the copy.
Result<SyncCounts> sync_table(const SyncScene& scene, const CarriedTable& table, const Wait& wait);

/// Parks every row of a table that only the new schema has.
Result<SyncCounts> park_created_table(const SyncScene& scene, const Relation& table,
                                      const Wait& wait);

} // namespace slipway::replay
