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

/// Which rows of a table are carried, where that is known: by queries on the new schema that yield
/// keys as `value`.
struct NamedKeys {
  std::string to_carry;  ///< as they are there, or as they are not
  std::string to_remove; ///< whatever is there
  std::string unknown;   ///< left as they are, and parked
};

/// Carries one table over, in one transaction of the copy.
Result<SyncCounts> sync_table(const SyncScene& scene, const CarriedTable& table, const Wait& wait);

/// The same for those rows alone. Precondition: the table has a key.
Result<SyncCounts> sync_named_rows(const SyncScene& scene, const CarriedTable& table,
                                   const NamedKeys& keys, const Wait& wait);

/// Parks every row of a table that only the new schema has; unless they are parked, and none was
/// written since.
Result<SyncCounts> park_created_table(const SyncScene& scene, const Relation& table,
                                      const Wait& wait);

} // namespace slipway::replay
