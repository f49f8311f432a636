// exec without fork.
#include "slipway/os/replace_process.hpp"

#include "slipway/os/system_error.hpp"
#include "spawn_plan.hpp"

#include <cerrno>
#include <csignal>
#include <grp.h>
#include <unistd.h>

namespace slipway::os {

namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

bool become(const Account& account) {
  return ::setgroups(account.groups.size(), account.groups.data()) == 0 &&
         ::setgid(account.group_id) == 0 && ::setuid(account.user_id) == 0;
}

} // namespace

Status replace_process(const Command& command) {
  SLIPWAY_ASSIGN(SpawnPlan plan, plan_spawn(command));
  if (plan.become && !become(*plan.become))
    return system_error("become user", plan.become->name, errno);
  if (!plan.working_directory.empty() && ::chdir(plan.working_directory.c_str()) != 0)
    return system_error("enter folder", plan.working_directory, errno);
  const std::vector<char*> arguments = pointers(plan.arguments);
  const std::vector<char*> variables = pointers(plan.variables);
  // exec keeps what is ignored, and a program that pages its output counts on this signal.
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(plan.program.c_str(), arguments.data(), variables.data());
  return system_error("run", plan.program, errno);
}

} // namespace slipway::os
