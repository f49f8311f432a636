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
  ErrorCode code = ErrorCode::unsupported; ///< of the error when it stops a rollback
};

/// What the server knows of a database: whether the role may rename it and keep triggers from
/// firing, who cannot be asked to go, what others bound to it. `session` may be in any database of
/// the server, in no transaction. Errors: check_failed when there is no such database; sql.
Result<std::vector<Obstacle>> obstacles_to_safe_path(pg::Session& session,
                                                     const std::string& database, const Wait& wait);

/// What there is to know of the tables of the session's own database: those without a key, and
/// those of extensions, whose rows nobody carries. Only reads. Errors: sql.
Result<std::vector<Obstacle>>
tables_to_know_of(pg::Session& session, const std::string& history_schema, const Wait& wait);

} // namespace slipway::rollback
