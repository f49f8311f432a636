#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::inspect {

/// Schemas of this database that belong to the platform it runs on, sorted. A name that anybody may
/// use ("auth") counts only where the platform's own role or extension is there. Errors: as
/// Session::query.
Result<std::vector<std::string>> platform_schemas(pg::Session& session, const Wait& wait);

} // namespace slipway::inspect
