#pragma once

#include "slipway/os/child.hpp"
#include "slipway/os/identity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::os {

/// Everything the child of a fork needs, made before the fork: between fork and exec of a program
/// that may have threads only async-signal-safe calls are allowed, so the child allocates nothing
/// and looks nothing up.
struct SpawnPlan {
  std::string program; ///< path with a slash
  std::vector<std::string> arguments;
  std::vector<std::string> variables; ///< NAME=value
  std::string working_directory;
  std::optional<Account> become;
};

/// Errors: io when the program is not in PATH or the user cannot be taken on; usage when there is
/// no program.
Result<SpawnPlan> plan_spawn(const Command& command);

} // namespace slipway::os
