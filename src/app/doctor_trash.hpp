#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// What soft drops have put aside, and whether it seems forgotten.
std::vector<Diagnosis> find_trash(const Context& context, pg::Session& session, const Wait& wait);

} // namespace slipway::app
