#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/event.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::rollback {

/// Whether the role may do what comes last: rename the database, and keep triggers from firing
/// while rows are carried. To be asked before a restore that takes its time. Errors: unsupported,
/// with what to grant; sql.
Status check_rights(pg::Session& control, const std::string& database, const Wait& wait);

/// Warns of what others bound to this very database and not to its name: it goes with the broken
/// one. Errors: sql.
Status tell_what_stays_behind(pg::Session& control, const std::string& database, EventSink& events,
                              const Wait& wait);

} // namespace slipway::rollback
