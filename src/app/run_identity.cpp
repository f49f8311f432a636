#include "run_identity.hpp"

#include "slipway/app/target.hpp"
#include "slipway/os/identity.hpp"

#include <initializer_list>

namespace slipway::app {

namespace {

std::string first_of(const Context& context, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    const auto found = context.environment.find(name);
    if (found != context.environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

} // namespace

std::string run_git_sha(const Context& context) {
  if (auto sha = context.config.text("run.git_sha"); !sha.empty()) return sha;
  return first_of(context, {"GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"});
}

history::RunInfo run_info(const Context& context, const std::string& kind) {
  history::RunInfo info;
  info.kind = kind;
  info.actor = context.config.text("run.actor");
  if (info.actor.empty()) info.actor = first_of(context, {"GITHUB_ACTOR", "GITLAB_USER_LOGIN"});
  if (info.actor.empty()) info.actor = os::user_name();
  info.host = os::host_name();
  info.pid = os::process_id();
  info.tool_version = tool_version();
  info.git_sha = run_git_sha(context);
  return info;
}

Result<os::CrashPlan> crash_plan_of(const Context& context) {
  return os::CrashPlan::parse(first_of(context, {"SLIPWAY_CRASH_AT"}));
}

} // namespace slipway::app
