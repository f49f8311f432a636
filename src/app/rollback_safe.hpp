#pragma once

#include "slipway/app/rollback.hpp"

#include "slipway/backup/catalogue.hpp"
#include "slipway/pg/session.hpp"

#include <optional>

namespace slipway::app {

/// The newest whole backup of the database from before the run. Nothing when there is none, or the
/// store cannot be read; that is told as a warning.
std::optional<backup::Listed> backup_before(const Context& context,
                                            const rollback::Assessment& assessment);

/// Takes the safe path over that backup. Errors: as rollback::take_safe_path; check_failed when the
/// history does not hold what is needed to follow renames.
Result<rollback::SafePathReport> take_safe_path(const Context& context,
                                                const rollback::Assessment& assessment,
                                                const backup::Manifest& backup);

/// Opens the target, and where a rollback was killed while it was closed opens it again for all.
Result<pg::Session> open_or_reopen(const Context& context, const Wait& wait);

} // namespace slipway::app
