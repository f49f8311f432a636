#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// A statement that the server refused, or a COMMIT, which has no object.
struct PlanFailure {
  std::string object;   ///< path of the object that the statement is for
  std::string sentence; ///< what, where and why
};

/// Runs the statements of a plan as their marks say: neighbours share a transaction unless one
/// starts its own, and those that are not transactional run alone. Yields the one that
/// fails, if one does; then nothing of its transaction is left. Errors: those after which
/// nothing is known: connection, cancelled.
Result<std::optional<PlanFailure>>
apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements, const Wait& wait);

/// Runs a script, COPY ... FROM STDIN with its data, in one session. Errors: source, sql.
Status run_script(pg::Session& session, const std::string& script, const std::string& name,
                  const Wait& wait);

} // namespace slipway::rehearse
