// Backups of the target in the configured store.
#include "slipway/app/backup.hpp"

#include "backup_schema.hpp"
#include "backup_scope.hpp"
#include "backup_work.hpp"
#include "run_identity.hpp"
#include "schema_scope.hpp"

#include "slipway/app/target.hpp"
#include "slipway/backup/create.hpp"
#include "slipway/history/run_details.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/pg/server_facts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_most_jobs = 64;

int compression_level(const Context& context) {
  return static_cast<int>(
      std::clamp<std::int64_t>(context.config.integer("backup.compress_level"), 1, 19));
}

std::string extent_text(const backup::CreateRequest& create) {
  if (create.extent == backup::Extent::all) return "everything";
  if (create.extent == backup::Extent::schema) return "the schema and no rows";
  std::vector<std::string> names;
  for (const auto& one : create.tables) names.push_back(one.quoted());
  return fmt::format("the schema and the rows of {}", fmt::join(names, ", "));
}

Result<backup::Cipher> cipher_of(const Context& context, const backup::Manifest& manifest) {
  return backup::cipher_for_reading(manifest.encryption,
                                    context.config.path("backup.identity_file"));
}

Status choose_extent(const Context& context, const BackupRequest& request, pg::Session& session,
                     backup::CreateRequest& create, const Wait& wait) {
  create.newest_run = newest_run_of(context);
  create.extent = request.extent;
  create.tables = request.tables;
  if (request.before == nullptr) return {};
  SLIPWAY_ASSIGN(auto scope, backup_scope(session, *request.before, wait));
  create.extent = scope.extent;
  create.tables = std::move(scope.tables);
  create.reasons = std::move(scope.reasons);
  // What was done before is told by no other database.
  create.always = {context.config.text("history.schema")};
  context.events.on_event(
      event::Note{.message = fmt::format("the backup holds {}: {}", extent_text(create),
                                         fmt::join(create.reasons.why, "; "))});
  return {};
}

} // namespace

Result<std::unique_ptr<backup::Store>> configured_store(const Context& context) {
  backup::StoreOptions options;
  options.place = context.config.text("backup.store");
  if (!options.place.starts_with("rclone:")) options.place = context.config.path("backup.store");
  options.rclone_config = context.config.path("backup.rclone_config");
  return backup::open_store(options);
}

int backup_jobs(const Context& context) {
  return static_cast<int>(
      std::clamp<std::int64_t>(context.config.integer("backup.jobs"), 1, k_most_jobs));
}

backup::NewestRun newest_run_of(const Context& context) {
  return [history = context.config.text("history.schema")](pg::Session& under, const Wait& limit) {
    return history::newest_run(under, history, limit);
  };
}

pg::ConnectOptions for_workers(const pg::Session& session) {
  pg::ConnectOptions options = session.options();
  options.application_name = "slipway:backup";
  return options;
}

Result<backup::Manifest> create_backup(const Context& context, const BackupRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto crash, crash_plan_of(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "backup", wait));
  backup::CreateRequest create;
  create.source = for_workers(session);
  create.label = request.label;
  create.git_sha = run_git_sha(context);
  SLIPWAY_TRY(choose_extent(context, request, session, create, wait));
  SLIPWAY_ASSIGN(create.scope, schema_scope(context, session, wait));
  session.close();
  create.jobs = backup_jobs(context);
  create.compression_level = compression_level(context);
  SLIPWAY_ASSIGN(create.cipher, backup::cipher_for(context.config.text_list("backup.recipients")));
  create.program_folder = context.config.text("dev.server_bin");
  create.schema_writer = schema_around_rows;
  create.tool_version = tool_version();
  create.now = os::now();
  create.crash = &crash;
  return backup::create(create, *store, context.events, wait);
}

Result<BackupList> list_backups(const Context& context) {
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto listing, backup::list_backups(*store, run_wait(context)));
  return BackupList{.store = store->describe(), .listing = std::move(listing)};
}

Result<backup::Listed> find_backup(const Context& context, const std::string& what) {
  SLIPWAY_ASSIGN(const auto list, list_backups(context));
  return backup::find_backup(list.listing, what);
}

Result<BackupVerified> verify_backup(const Context& context, const std::string& what,
                                     VerifyBy how) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  BackupVerified verified{.manifest = std::move(found.manifest)};
  if (verified.manifest.engine == backup::Engine::pgbackrest) {
    if (how == VerifyBy::restoring)
      return fail(
          Error(ErrorCode::unsupported, "a backup of a whole cluster is not tried here")
              .with_hint("slipway backup restore --to-folder makes a data directory of it"));
    SLIPWAY_TRY(check_pgbackrest_backup(context, verified.manifest));
    return verified;
  }
  if (how == VerifyBy::digests) {
    SLIPWAY_TRY(backup::verify_parts(verified.manifest, *store, os::now(), wait));
    return verified;
  }
  backup::TrialOptions options;
  SLIPWAY_ASSIGN(options.cipher, cipher_of(context, verified.manifest));
  options.program_folder = context.config.text("dev.server_bin");
  options.jobs = backup_jobs(context);
  SLIPWAY_ASSIGN(verified.comparison,
                 backup::verify_by_restoring(verified.manifest, *store, options, context.events,
                                             os::now(), wait));
  return verified;
}

Result<backup::Pruned> prune_backups(const Context& context) {
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  backup::PruneRequest request;
  request.keep = std::max<std::int64_t>(context.config.integer("backup.keep"), 0);
  request.leftovers_after = context.config.duration("backup.leftovers_after");
  request.now = os::now();
  return backup::prune(*store, request, run_wait(context));
}

Result<std::string> pin_backup(const Context& context, const std::string& what,
                               const std::string& reason) {
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  SLIPWAY_TRY(backup::pin(*store, found.manifest.name, reason, run_wait(context)));
  return std::move(found.manifest.name);
}

Result<std::string> unpin_backup(const Context& context, const std::string& what) {
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  SLIPWAY_TRY(backup::unpin(*store, found.manifest.name, run_wait(context)));
  return std::move(found.manifest.name);
}

namespace {

Result<BackupRestored> restore(const Context& context, backup::Listed found,
                               const std::string& database) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(auto crash, crash_plan_of(context));
  SLIPWAY_ASSIGN(auto session, open_session(context, "backup", wait));
  BackupRestored restored{.manifest = std::move(found.manifest)};
  backup::RestoreRequest request;
  request.server = for_workers(session);
  session.close();
  request.database = database;
  request.jobs = backup_jobs(context);
  SLIPWAY_ASSIGN(request.cipher, cipher_of(context, restored.manifest));
  request.program_folder = context.config.text("dev.server_bin");
  request.crash = &crash;
  SLIPWAY_ASSIGN(restored.comparison,
                 backup::restore(restored.manifest, *store, request, context.events, wait));
  return restored;
}

} // namespace

Result<BackupRestored> restore_backup(const Context& context, const std::string& what,
                                      const std::string& database) {
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  return restore(context, std::move(found), database);
}

Result<BackupRestored> restore_backup(const Context& context, const std::string& what,
                                      const std::string& database,
                                      std::vector<backup::DatabaseSettings::Setting> settings) {
  SLIPWAY_ASSIGN(auto found, find_backup(context, what));
  found.manifest.settings.settings = std::move(settings);
  return restore(context, std::move(found), database);
}

Result<backup::SchemaRestore> schema_restore_of(const Context& context,
                                                const backup::Manifest& manifest,
                                                backup::SchemaRestoreRequest request,
                                                const Wait& wait) {
  SLIPWAY_ASSIGN(const auto store, configured_store(context));
  SLIPWAY_ASSIGN(request.cipher, cipher_of(context, manifest));
  request.program_folder = context.config.text("dev.server_bin");
  return backup::SchemaRestore::prepare(manifest, *store, request, wait);
}

} // namespace slipway::app
