#pragma once

#include "slipway/source/migration.hpp"

#include <string_view>

namespace slipway::source {

/// Reads what stands behind `-- slipway:reverse`. Names are read as SQL reads them. Errors: source,
/// without a place.
Result<Reverse> read_reverse(std::string_view value);

} // namespace slipway::source
