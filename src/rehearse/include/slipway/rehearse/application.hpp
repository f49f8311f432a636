#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// What stopped a plan.
struct Stopped {
  std::string message; ///< one sentence: which statement, and why
  /// The rows that are there stopped it, and a finding of data_dependent for the same object had
  /// said that they might.
  std::optional<diff::Finding> rows_in_the_way;
};

/// Runs the statements of a plan as their marks say: neighbours share a transaction unless one
/// starts its own, and those that are not transactional run alone. Yields what stopped it, if
/// something did; then nothing of that transaction is left. Errors: those after which nothing is
/// known: connection, cancelled.
Result<std::optional<Stopped>>
apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements, const Wait& wait);

/// Runs a script, COPY ... FROM STDIN with its data, in one session. Errors: source, sql.
Status run_script(pg::Session& session, const std::string& script, const std::string& name,
                  const Wait& wait);

} // namespace slipway::rehearse
