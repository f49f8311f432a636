// Backups of the target's cluster by pgBackRest.
#include "backup_work.hpp"
#include "run_identity.hpp"
#include "schema_scope.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/backup/pgbackrest.hpp"
#include "slipway/os/clock.hpp"

namespace slipway::app {

namespace {

Result<backup::PgBackRest> configured(const Context& context) {
  backup::PgBackRest how{.program = context.config.text_list("backup.pgbackrest"),
                         .stanza = context.config.text("backup.pgbackrest_stanza")};
  if (!how.program.empty() && !how.stanza.empty()) return how;
  return fail(Error(ErrorCode::configuration, "pgBackRest is not configured")
                  .with_hint("set backup.pgbackrest_stanza to what it calls this cluster"));
}

} // namespace

Result<backup::Manifest> create_pgbackrest_backup(const Context& context,
                                                  const BackupRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  backup::PgBackRestRequest work;
  SLIPWAY_ASSIGN(work.how, configured(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "backup", wait));
  work.source = for_workers(session);
  work.label = request.label;
  work.git_sha = run_git_sha(context);
  SLIPWAY_ASSIGN(work.scope, schema_scope(context, session, wait));
  session.close();
  work.newest_run = newest_run_of(context);
  work.tool_version = tool_version();
  work.now = os::now();
  return backup::back_up_by_pgbackrest(work, *store, context.events, wait);
}

Status check_pgbackrest_backup(const Context& context, const backup::Manifest& manifest) {
  SLIPWAY_ASSIGN(const auto how, configured(context));
  return backup::check_pgbackrest(manifest, how, run_wait(context));
}

Result<backup::Manifest> restore_to_folder(const Context& context, const std::string& what,
                                           const std::string& folder) {
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  SLIPWAY_ASSIGN(const auto how, configured(context));
  SLIPWAY_TRY(backup::restore_data_directory(found.manifest, how, folder, run_wait(context)));
  return std::move(found.manifest);
}

} // namespace slipway::app
