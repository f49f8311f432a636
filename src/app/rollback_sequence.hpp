#pragma once

#include "slipway/app/rollback.hpp"
#include "slipway/pg/session.hpp"

namespace slipway::app {

/// Fills in what stands around the path: how the application is, what an interrupted rollback of
/// the run left to be done, and how long it may take. Errors: sql.
Status look_around(const Context& context, pg::Session& session, RollbackOutlook& outlook,
                   const Wait& wait);

/// Whether a rollback of that run, or of a later one, was begun and has not come to its end.
/// Errors: sql.
Result<bool> is_rollback_open(const Context& context, pg::Session& session, std::int64_t first_run,
                              const Wait& wait);

} // namespace slipway::app
