#pragma once

#include "slipway/rollback/safe_path.hpp"

namespace slipway::rollback {

/// Makes a copy ready for what was written since: the history's tables are there, what the backup
/// had of a capture is gone. To be called again. Errors: check_failed when it is from after the
/// run; sql.
Status prepare_copy(const SafePathRequest& request, pg::Session& copy, const Wait& wait);

/// After the swap: takes the triggers of a capture off the database that is kept. One that stays is
/// told as a warning.
void drop_triggers(const SafePathRequest& request, const std::string& kept, const Wait& wait);

} // namespace slipway::rollback
