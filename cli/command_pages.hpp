#pragma once

#include "reference.hpp"

#include <map>
#include <string>

namespace slipway::cli {

/// The pages of docs/commands by file name: one for each command that is shown, and README.md that
/// lists them.
std::map<std::string, std::string> command_pages(const Reference& reference);

} // namespace slipway::cli
