#pragma once

#include "reference.hpp"

#include <string>
#include <string_view>

namespace slipway::cli {

/// slipway(1) in the man macros of groff. Carries no date, so that equal sources give equal pages.
std::string man_page(const Reference& reference, std::string_view version);

} // namespace slipway::cli
