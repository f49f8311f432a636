#pragma once

#include "slipway/app/rollback.hpp"
#include "slipway/pg/session.hpp"

namespace slipway::app {

/// Fills in what stands around the path: how the application is, what an interrupted rollback of
/// the run left to be done, and how long it may take. Errors: sql.
Status look_around(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                   const Wait& wait);

} // namespace slipway::app
