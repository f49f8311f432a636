#pragma once

#include "slipway/app/rollback.hpp"
#include "slipway/rollback/obstacles.hpp"
#include "slipway/rollback/rights.hpp"

#include <vector>

namespace slipway::app {

/// Where a rollback over a backup restores it.
struct Place {
  std::string why; ///< in place; empty: beside
  rollback::Rights rights;
};
/// Errors: sql.
Result<Place> place_of_way_back(const Context& context, pg::Session& session, const Wait& wait);

/// Whether a backup is restored into schemas of the broken database: as rollback.restore says, or,
/// when that is auto, because the role may not have it otherwise. Errors: sql.
Result<bool> is_restored_in_place(const Context& context);

/// Adds that question to the tree when the answer is in place. Errors: sql.
Status look_at_place(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                     const Wait& wait);

/// What would be in the way of a rollback over a backup, wherever it is restored. Errors: sql.
Result<std::vector<rollback::Obstacle>>
obstacles_to_way_back(const Context& context, pg::Session& session, const Wait& wait);

/// Takes the safe path inside of the database. Errors: as rollback::take_path_in_place.
Result<rollback::SafePathReport> take_path_in_place(const Context& context,
                                                    const rollback::Assessment& assessment,
                                                    const backup::Manifest& backup);

/// The schemas that such a path put aside, or restored and did not come to swap. Errors:
/// check_failed when there are none; sql.
Result<KeptDatabase> find_kept_schemas(const Context& context, std::int64_t run);
/// Errors: check_failed when something else rests on one; sql.
Status drop_kept_schemas(const Context& context, const KeptDatabase& kept);
Result<bool> was_in_place(const Context& context, std::int64_t run, const Wait& wait);
/// As park_left_behind, out of these schemas. Errors: sql.
Result<std::vector<replay::ParkedDrop>> park_left_in_schemas(const Context& context,
                                                             std::int64_t run, const Wait& wait);

} // namespace slipway::app
