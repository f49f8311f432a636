#pragma once

#include "slipway/app/context.hpp"
#include "slipway/inspect/read.hpp"

#include <string>

namespace slipway::app {

/// What of the target is looked at: everything but slipway's own schema, which comes first in
/// `leave_out`, what schema.leave_out says, and what belongs to the platform. Errors: as
/// Session::query.
Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session, const Wait& wait);

/// The role whose work the objects of a database are: that of the history, else the one that has
/// most relations, else the one that is connected. Errors: as Session::query.
Result<std::string> author_of(pg::Session& session, const std::string& history_schema,
                              const Wait& wait);

/// A salt for one comparison.
std::string fresh_salt();

} // namespace slipway::app
