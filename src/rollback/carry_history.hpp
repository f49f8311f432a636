#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>

namespace slipway::rollback {

/// Brings the runs and the journal since the backup into the copy's history, where they would be
/// forgotten otherwise, and notes there that the run was taken back. What is applied stays what the
/// copy says. Done again it comes to the same. Errors: sql, connection, cancelled.
Status carry_history(pg::Session& origin, pg::Session& copy, const std::string& history_schema,
                     std::int64_t run, const std::string& fingerprint, const Wait& wait);

/// The same where the history is there already: the migrations of the run are no longer applied.
Status take_back_history(pg::Session& session, const std::string& history_schema, std::int64_t run,
                         const std::string& fingerprint, const Wait& wait);

} // namespace slipway::rollback
