#pragma once

#include "command.hpp"

#include <vector>

namespace slipway::cli {

/// All commands, in the order help shows them within their group.
std::vector<Command> commands();

/// The headings of help, in order. A command's group is one of these, or empty when the command is
/// not shown.
std::vector<std::string_view> command_groups();

} // namespace slipway::cli
