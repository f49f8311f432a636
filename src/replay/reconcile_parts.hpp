#pragma once

#include "slipway/replay/reconcile.hpp"

#include <string>

namespace slipway::replay {

/// Sequences belong together when they feed the same column, else when they have the same name.
Status reconcile_sequences(pg::Session& origin, pg::Session& copy, const CarryMap& map,
                           const ReconcileRequest& request, ReconcileReport& report,
                           const Wait& wait);

/// `since` is a WrittenSince. Both sessions outside of transactions.
Status reconcile_large_objects(pg::Session& origin, pg::Session& copy, const std::string& snapshot,
                               ReconcileReport& report, const Wait& wait);

/// Parks rows of the copy that refer to one that is not there, and those that refer to them. A
/// foreign key that the new schema has as well holds in the copy, too, as long as it has all of the
/// rows that are referred to: it is looked at only where some are parked or were not carried.
Status park_orphans(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                    const CarryMap& map, const ReconcileRequest& request, ReconcileReport& report,
                    const Wait& wait);

} // namespace slipway::replay
