#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"

#include <vector>

namespace slipway::app {

/// What interrupted backups, copies and rollbacks left: backups that were never finished or cannot
/// be read, databases of slipway's own making, databases that are closed, folders of the server
/// that no database has. Each with what removes it; nothing is removed.
std::vector<Diagnosis> find_backup_leftovers(const Context& context, pg::Session& session,
                                             const Wait& wait);

} // namespace slipway::app
