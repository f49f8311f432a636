#pragma once

#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// Slots of deploys: those that are wanted, those whose deploy died, those that were forgotten. No
/// clock but the server's is asked.
std::vector<Diagnosis> find_captures(const Context& context, pg::Session& session,
                                     const Wait& wait);

} // namespace slipway::app
