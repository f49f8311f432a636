#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/rollback/obstacles.hpp"
#include "slipway/rollback/unreturnable.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// What a rollback of migrations that are not applied yet could do, and what not.
struct WayBackOutlook {
  std::vector<rollback::Obstacle> obstacles;
  std::vector<rollback::Unreturnable> unreturnable;
  std::vector<std::string> kept; ///< paths of what goes to the trash, so that it comes back at once
  std::string not_predicted;     ///< why `unreturnable` says nothing; empty: it does
};

/// Runs the migrations of the plan on a throwaway copy of the target's schema, and tells from what
/// became of it which later writes could not be brought back; and asks the target what would be in
/// the way. Where no throwaway server can be started, or a migration does not run on one without
/// rows, `not_predicted` says so. Errors: connection, sql of the target; cancelled.
Result<WayBackOutlook> look_at_way_back(const Context& context, const plan::Plan& plan,
                                        const Wait& wait);

/// One line for each thing that is to be known, for people.
std::vector<std::string> told(const WayBackOutlook& outlook);

} // namespace slipway::app
