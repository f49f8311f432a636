// Looks up all that a new process needs while memory may still be allocated.
#include "spawn_plan.hpp"

#include "slipway/os/environment.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace slipway::os {

namespace {

Environment environment_for(const Command& command) {
  Environment variables = environment();
  for (const std::string& name : command.unset) variables.erase(name);
  for (const auto& [name, value] : command.environment) variables[name] = value;
  return variables;
}

bool is_program(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

Result<std::string> find_program(const std::string& name, const Environment& variables) {
  if (name.find('/') != std::string::npos) return name;
  const auto path = variables.find("PATH");
  std::string_view folders =
      path == variables.end() ? "/usr/local/bin:/usr/bin:/bin" : std::string_view(path->second);
  for (;;) {
    const std::size_t colon = folders.find(':');
    const std::string_view folder = folders.substr(0, colon);
    std::string candidate = (folder.empty() ? "." : std::string(folder)) + "/" + name;
    if (is_program(candidate)) return candidate;
    if (colon == std::string_view::npos) break;
    folders.remove_prefix(colon + 1);
  }
  return Error(ErrorCode::io, "cannot run " + name + ": there is no such program in PATH");
}

Result<std::optional<Account>> account_for(const Command& command) {
  if (!command.user || *command.user == user_name()) return std::optional<Account>();
  if (!is_root())
    return Error(ErrorCode::io, "cannot run " + command.arguments[0] + " as user " + *command.user +
                                    ": only root can become another user");
  SLIPWAY_ASSIGN(Account account, find_account(*command.user));
  return std::optional<Account>(std::move(account));
}

} // namespace

Result<SpawnPlan> plan_spawn(const Command& command) {
  if (command.arguments.empty() || command.arguments[0].empty())
    return Error(ErrorCode::usage, "there is no program to run");
  const Environment variables = environment_for(command);
  SpawnPlan plan;
  SLIPWAY_ASSIGN(plan.become, account_for(command));
  SLIPWAY_ASSIGN(plan.program, find_program(command.arguments[0], variables));
  plan.arguments = command.arguments;
  for (const auto& [name, value] : variables) plan.variables.push_back(name + "=" + value);
  plan.working_directory = command.working_directory;
  return plan;
}

} // namespace slipway::os
