#pragma once

#include "slipway/rehearse/materialise.hpp"

namespace slipway::rehearse {

/// Runs a command of the user's by the shell, with DATABASE_URL naming the database. Errors:
/// check_failed with what it printed; cancelled.
Status fill_by_command(const Workshop& workshop, const std::string& command,
                       const std::string& database, const Wait& wait);

} // namespace slipway::rehearse
