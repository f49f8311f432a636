#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

/// What would be in the way of a rollback over a backup, or would not come along.
struct Obstacle {
  bool stops_it = false; ///< else it has to be known, and no more
  std::string message;
  std::string hint;
};

/// Asks the database of the session and its server. Only reads. Errors: sql.
Result<std::vector<Obstacle>>
obstacles_to_safe_path(pg::Session& session, const std::string& history_schema, const Wait& wait);

} // namespace slipway::rollback
