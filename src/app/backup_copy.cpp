// Copies of the target inside its cluster.
#include "backup_work.hpp"
#include "schema_scope.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/backup/template_copy.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/pg/other_database.hpp"

namespace slipway::app {

namespace {

constexpr const char* k_maintenance = "postgres";

/// In the project, so that whoever runs the next command there finds it.
std::string notes_folder(const Context& context) {
  return context.config.folder() + "/.slipway/fences";
}

} // namespace

Result<backup::Manifest> copy_target(const Context& context, const BackupRequest& request,
                                     const std::string& copy) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto crash, backup_crash_plan(context));
  SLIPWAY_TRY(lower_fences(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "backup", wait));
  backup::TemplateCopyRequest work;
  work.source = for_workers(session);
  work.maintenance_database = k_maintenance;
  work.label = request.label;
  work.git_sha = backup_git_sha(context);
  work.copy_database = copy;
  SLIPWAY_ASSIGN(work.scope, schema_scope(context, session, wait));
  session.close();
  work.jobs = backup_jobs(context);
  work.notes_folder = notes_folder(context);
  work.tool_version = tool_version();
  work.now = os::now();
  work.crash = &crash;
  return backup::copy_by_template(work, *store, context.events, wait);
}

Result<std::vector<std::string>> lower_fences(const Context& context) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto target, find_target(context, wait));
  pg::ConnectOptions options;
  options.connection_string = target.connection_string;
  SLIPWAY_ASSIGN(const auto server, pg::other_database(options, k_maintenance));
  SLIPWAY_ASSIGN(auto opened, backup::lower_forgotten_fences(server, notes_folder(context), wait));
  for (const auto& one : opened)
    context.events.on_event(event::Warning{.message = "an interrupted copy had left database " +
                                                      one + " closed; it is open again",
                                           .hint = {}});
  return opened;
}

} // namespace slipway::app
