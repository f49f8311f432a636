#pragma once

#include "slipway/app/rollback.hpp"

namespace slipway::app {

/// The stored scripts, or the difference of the schemas, under the runner lock; then the proof.
/// Errors: as roll_back.
Status take_fast_path(const Context& context, const RollbackOutlook& outlook,
                      RollbackReport& report);

/// The safe path over that backup. Errors: as rollback::take_safe_path.
Status take_over_backup(const Context& context, const RollbackOutlook& outlook,
                        const backup::Manifest& backup, RollbackReport& report);

} // namespace slipway::app
