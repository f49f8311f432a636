#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <string>

namespace slipway::replay {

/// Whether that slot still has all that a copy lacks which is at `done`: it was not moved past
/// that, and the server has not given it up. False when there is none. Errors: sql.
Result<bool> follows_copy(pg::Session& origin, const std::string& follower, Lsn done,
                          const Wait& wait);

/// Moves it on; never back. Errors: sql.
Status advance_follower(pg::Session& origin, const std::string& follower, Lsn to, const Wait& wait);

} // namespace slipway::replay
