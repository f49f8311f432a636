#pragma once

#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// What concurrent and two-step changes left half done in the database, whoever began them: INVALID
/// indexes, partitions half detached, constraints nobody validated. Each with the statement that
/// brings it to its end.
std::vector<Diagnosis> find_leftovers(pg::Session& session, const Wait& wait);

} // namespace slipway::app
