#pragma once

#include "slipway/base/error.hpp"
#include "slipway/observe/output.hpp"

#include <string>

namespace slipway::observe {

/// The place of an error as text: "file:line:column", the source line, and carets below what is
/// meant. The carets stand right also behind tabs, wide characters and masked secrets. A long line
/// is cut to what stands around the place.
std::string source_excerpt(const Place& place, const Output& output);

} // namespace slipway::observe
