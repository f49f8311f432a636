#pragma once

#include "rules.hpp"

#include <string_view>

namespace slipway::diff {

/// Whether the expression may give another value for each row, so that a column that is added with
/// it writes every row.
bool is_volatile(const Scene& scene, std::string_view expression);

} // namespace slipway::diff
