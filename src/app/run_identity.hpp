#pragma once

#include "slipway/app/context.hpp"
#include "slipway/history/store.hpp"
#include "slipway/os/crash_plan.hpp"

#include <string>

namespace slipway::app {

/// The commit that is being deployed: run.git_sha, or what the CI systems say. Empty: not known.
std::string run_git_sha(const Context& context);

/// Who does this, from where, with what.
history::RunInfo run_info(const Context& context, const std::string& kind);

/// Where this process is to kill itself, for tests. Errors: configuration.
Result<os::CrashPlan> crash_plan_of(const Context& context);

} // namespace slipway::app
