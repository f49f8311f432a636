#pragma once

#include "check.hpp"

#include <vector>

namespace slipway::preflight {

/// All checks, in the order they are told.
std::vector<Check> all_checks();

} // namespace slipway::preflight
