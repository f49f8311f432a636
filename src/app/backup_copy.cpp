// Copies of the target inside its cluster.
#include "backup_work.hpp"
#include "rollback_safe.hpp"
#include "run_identity.hpp"
#include "schema_scope.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/backup/template_copy.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/pg/fence.hpp"
#include "slipway/pg/other_database.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr const char* k_maintenance = "postgres";
constexpr const char* k_other_maintenance = "template1";

/// From outside the target: nobody gets into a database that is closed.
Result<pg::Session> open_control(const Context& context, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto target, find_target(context, wait));
  pg::ConnectOptions options;
  options.connection_string = target.connection_string;
  options.application_name = "slipway:backup";
  for (const auto* database : {k_maintenance, k_other_maintenance}) {
    SLIPWAY_ASSIGN(const auto server, pg::other_database(options, database));
    auto session = pg::Session::open(server, wait);
    if (session) return session;
  }
  return pg::Session::open(options, wait);
}

} // namespace

Result<backup::Manifest> copy_target(const Context& context, const BackupRequest& request,
                                     const std::string& copy) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto crash, crash_plan_of(context));
  SLIPWAY_ASSIGN(auto session, open_or_reopen(context, wait));
  backup::TemplateCopyRequest work;
  work.source = for_workers(session);
  work.maintenance_database =
      session.database() == k_maintenance ? k_other_maintenance : k_maintenance;
  work.label = request.label;
  work.git_sha = run_git_sha(context);
  work.copy_database = copy;
  SLIPWAY_ASSIGN(work.scope, schema_scope(context, session, wait));
  session.close();
  work.jobs = backup_jobs(context);
  work.newest_run = newest_run_of(context);
  work.tool_version = tool_version();
  work.now = os::now();
  work.crash = &crash;
  return backup::copy_by_template(work, *store, context.events, wait);
}

Result<std::vector<std::string>> lower_fences(const Context& context) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto control, open_control(context, wait));
  SLIPWAY_ASSIGN(const auto fenced, pg::fenced_databases(control, wait));
  std::vector<std::string> opened;
  for (const auto& one : fenced) {
    SLIPWAY_TRY(pg::lift_forgotten_fence(control, one.database, wait));
    context.events.on_event(
        event::Warning{.message = fmt::format("database {} was left closed ({}); it is open again",
                                              one.database, one.note),
                       .hint = {}});
    opened.push_back(one.database);
  }
  return opened;
}

} // namespace slipway::app
