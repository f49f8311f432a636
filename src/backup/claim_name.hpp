#pragma once

#include "slipway/backup/store.hpp"

#include <string>

namespace slipway::backup {

/// A name that no other backup of the store has, with its folder begun: the wanted one, or one with
/// a number after it when another began in the same second. Errors: as the store; check_failed when
/// there are too many.
Result<std::string> claim_name(Store& store, const std::string& wanted, const Wait& wait);

} // namespace slipway::backup
