#pragma once

#include "slipway/rollback/safe_path.hpp"

namespace slipway::rollback {

/// Carries what came since the last time from the slot into the copy that a deploy keeps in step
/// (`kept_copy`), under the runner lock, so that no rollback takes the same copy meanwhile. No
/// session stays: whoever swaps names finds nobody in the way. What no slot can tell of is left to
/// the rollback. Errors: check_failed when the copy is gone; lock_timeout; as
/// replay::apply_changes.
Result<replay::ReplayReport> keep_copy_in_step(const SafePathRequest& request, const Wait& wait);

} // namespace slipway::rollback
