#pragma once

#include "slipway/app/context.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"

namespace slipway::app {

/// The checks before the first statement of a run; each is an event. Nothing when
/// preflight.enabled is off. Errors: check_failed when one says stop, with what mends it;
/// configuration; connection; cancelled.
Status check_before_run(const Context& context, pg::Session& session, const plan::Plan& plan,
                        const Wait& wait);

} // namespace slipway::app
