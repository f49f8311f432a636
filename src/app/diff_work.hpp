#pragma once

#include "diff_plan.hpp"
#include "diff_sides.hpp"

#include "slipway/rehearse/prove.hpp"

namespace slipway::app {

/// What a request says of renames, read against the two schemas.
struct Answers {
  std::vector<std::vector<diff::Rename>> renames; ///< in steps
  std::vector<schema::Identity> not_renamed;
};
/// Those of the request and, where it does not answer otherwise, those of the setting `renames`
/// that fit the two sides. Errors: usage, configuration.
Result<Answers> read_answers(const Context& context, const DiffRequest& request,
                             const Sides& sides);

/// The SQL of request.seed_file. Errors: io.
Result<std::string> read_seed(const Context& context, const DiffRequest& request);

/// The sides of a request. That they are equal is enough where nothing was answered beforehand.
SidesRequest sides_request(const DiffRequest& request);

/// The report of sides that are equal.
DiffReport equal_report(const Sides& sides);

/// The report of a plan that was tried and is not proven yet.
DiffReport report_of(const Sides& sides, TriedPlan plan);

/// Has the statements of the report proven, unless something is open. What does not hold becomes a
/// refusal.
Status prove(const Context& context, const Sides& sides, const std::string& seed,
             const std::vector<diff::Statement>& down, DiffReport& report, const Wait& wait);

} // namespace slipway::app
