#pragma once

#include "slipway/app/context.hpp"
#include "slipway/inspect/read.hpp"

#include <string>

namespace slipway::app {

/// What of the target is looked at: everything but slipway's own schema, which comes first in
/// `leave_out`, what schema.leave_out says, and what belongs to the platform. Errors: as
/// Session::query.
Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session, const Wait& wait);

/// A salt for one comparison.
std::string fresh_salt();

} // namespace slipway::app
