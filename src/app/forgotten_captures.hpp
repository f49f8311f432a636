#pragma once

#include "slipway/app/deploy.hpp"

namespace slipway::app {

/// Drops what deploys left behind that nobody needs any more: of a deploy that ended and that
/// nobody confirmed for deploy.grace; of one that died, deploy.grace after that was first seen;
/// slots of databases that a rollback has put aside; slots and copies that belong to no deploy.
/// Kept is what a deploy that is under way or a rollback that was begun may need. To be called
/// under the runner lock, so that no rollback begins meanwhile. Errors: sql; part_way when somebody
/// reads from a slot.
Result<CaptureWatch> drop_forgotten(const Context& context, pg::Session& session, const Wait& wait);

/// The same for a run that has other things to do: what was dropped is said, and what could not be
/// is no reason to stop.
void drop_forgotten_before_run(const Context& context, pg::Session& session, const Wait& wait);

} // namespace slipway::app
