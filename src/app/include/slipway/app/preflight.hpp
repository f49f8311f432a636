#pragma once

#include "slipway/app/context.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/preflight/preflight.hpp"

namespace slipway::app {

/// What `up` with this selection would look at before its first statement. Changes nothing. Errors:
/// see plan::plan_up and preflight::examine.
Result<preflight::Report> preflight_of_up(const Context& context, const plan::Selection& selection);

} // namespace slipway::app
