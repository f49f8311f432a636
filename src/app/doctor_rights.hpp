#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// Where a rollback over a backup would restore it, when that is not beside the database, and what
/// is known of the managed service that this looks like. Nothing else is worth a line.
std::vector<Diagnosis> find_rights(const Context& context, pg::Session& session, const Wait& wait);

} // namespace slipway::app
