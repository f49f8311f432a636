#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/rollback/assessment.hpp"

#include <cstdint>
#include <string>

namespace slipway::rollback {

struct AssessRequest {
  std::string history_schema;
  std::int64_t run = 0; ///< 0: the newest `up`
  inspect::Scope scope; ///< `dependencies` is set here
};

/// Looks at a run and at what is in the database now. Only reads. Errors: check_failed when no such
/// run is in the history; usage when it is no `up`; sql, connection.
Result<Assessment> assess(pg::Session& session, const AssessRequest& request, const Wait& wait);

} // namespace slipway::rollback
