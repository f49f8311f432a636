#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::inspect {

/// Statements that make, in an empty database, what objects of this one need in schemas that are
/// left out: tables with their columns of built-in types and the keys that foreign keys point at,
/// and functions that do nothing. Views come as tables. Of anything else that is needed there is
/// none, and what needs it cannot be made. Empty when nothing is needed. Errors: as Session::query.
Result<std::vector<std::string>>
read_outside(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait);

} // namespace slipway::inspect
