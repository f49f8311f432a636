#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::inspect {

/// Statements that make, in an empty database, stand-ins for what is in the schemas that are left
/// out: enums, tables with their keys and those columns that are of them or of built-in types, and
/// functions that do nothing. Views come as tables. One that leans on anything else may fail.
/// Errors: as Session::query.
Result<std::vector<std::string>>
read_outside(pg::Session& session, const std::vector<std::string>& leave_out, const Wait& wait);

} // namespace slipway::inspect
