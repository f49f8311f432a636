#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"

#include <memory>
#include <string>

namespace slipway::app {

/// What the settings say of backups.
Result<std::unique_ptr<backup::Store>> configured_store(const Context& context);
int backup_jobs(const Context& context);
std::string backup_git_sha(const Context& context);
Result<os::CrashPlan> backup_crash_plan(const Context& context);

/// Workers open sessions of their own, which say whose they are.
pg::ConnectOptions for_workers(const pg::Session& session);

} // namespace slipway::app
