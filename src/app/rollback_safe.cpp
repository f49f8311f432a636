// The safe path of a rollback: which backup, and where it is restored.
#include "rollback_safe.hpp"

#include "capture_spool.hpp"
#include "rollback_in_place.hpp"
#include "run_identity.hpp"
#include "schema_scope.hpp"
#include "usable_capture.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"
#include "slipway/backup/template_copy.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/fence.hpp"
#include "slipway/pg/other_database.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/rollback/backup_use.hpp"
#include "slipway/rollback/reverses.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr const char* k_control = "postgres";
constexpr const char* k_other_control = "template1";
constexpr std::string_view k_not_accepting = "55000";

// An older one is taken in its place, or none: either way somebody wants to know why.
void tell_broken(const Context& context, const backup::Listing& listing) {
  for (const auto& one : listing.broken)
    context.events.on_event(event::Warning{
        .message = fmt::format("the backup {} is passed over: {}", one.name, one.error.message),
        .hint = "slipway backup list"});
}

// Another cluster may have a database of the same name and schema: its rows are not ours.
bool is_of_other_cluster(const backup::Manifest& backup, const rollback::Assessment& assessment) {
  return !backup.moment.system.empty() && !assessment.cluster.empty() &&
         backup.moment.system != assessment.cluster;
}

void tell_foreign(const Context& context, const backup::Listing& listing,
                  const rollback::Assessment& assessment) {
  for (const auto& one : listing.backups) {
    std::string of;
    const auto& manifest = one.manifest;
    if (manifest.database != assessment.database)
      of = "database " + manifest.database;
    else if (is_of_other_cluster(manifest, assessment))
      of = "another cluster";
    if (!of.empty())
      context.events.on_event(event::Warning{
          .message = fmt::format("the backup {} is passed over: it is of {}", manifest.name, of),
          .hint = {}});
  }
}

Result<pg::Session> open_database(const pg::ConnectOptions& options, const std::string& database,
                                  const Wait& wait) {
  SLIPWAY_ASSIGN(auto other, pg::other_database(options, database));
  other.application_name = "slipway:rollback";
  return pg::Session::open(other, wait);
}

// One that somebody might have counted on is passed over with a word.
void tell_passed_over(const Context& context, const backup::Manifest& backup,
                      const std::string& why) {
  if (backup.extent == backup::Extent::all) return;
  context.events.on_event(event::Warning{
      .message = fmt::format("backup {} is of no use here: {}", backup.name, why), .hint = {}});
}

Status check_use(const rollback::Assessment& assessment, const backup::Manifest& backup) {
  if (assessment.relations_before.empty() || !assessment.run.fingerprint_before)
    return fail(
        Error(ErrorCode::check_failed,
              "the history does not hold the schema from before the run, so nobody can tell "
              "which column became which")
            .with_hint("history.snapshots must be above 0 when the run begins")
            .with_state("nothing was changed"));
  if (const auto why = rollback::why_no_use(backup, assessment))
    return fail(
        Error(ErrorCode::check_failed, fmt::format("{} is of no use here: {}", backup.name, *why))
            .with_state("nothing was changed"));
  return {};
}

// The database has another schema now, and the writes: nobody reads them there any more.
void drop_spools_of_the_past(const Context& context) {
  const auto wait = run_wait(context);
  auto session = open_session(context, "rollback", wait);
  const auto dropped = session ? drop_spools_of_nobody(context, *session, wait)
                               : Result<std::vector<std::string>>(fail(session.error()));
  if (!dropped)
    context.events.on_event(
        event::Warning{.message = "what was spooled is still there: " + dropped.error().message,
                       .hint = "slipway deploy confirm"});
}

} // namespace

std::optional<backup::Listed> backup_before(const Context& context,
                                            const rollback::Assessment& assessment) {
  const auto list = list_backups(context);
  if (!list) {
    context.events.on_event(
        event::Warning{.message = "the backups cannot be listed: " + list.error().message,
                       .hint = "slipway backup list"});
    return std::nullopt;
  }
  tell_broken(context, list->listing);
  const backup::Listed* found = nullptr;
  for (const auto& one : list->listing.backups) {
    if (one.manifest.database != assessment.database ||
        is_of_other_cluster(one.manifest, assessment))
      continue;
    if (const auto why = rollback::why_no_use(one.manifest, assessment))
      tell_passed_over(context, one.manifest, *why);
    else if (found == nullptr || rollback::is_later(one.manifest, found->manifest))
      found = &one;
  }
  if (found != nullptr) return *found;
  tell_foreign(context, list->listing, assessment);
  return std::nullopt;
}

Result<std::unique_ptr<SafePathScene>> set_safe_path(const Context& context,
                                                     const rollback::Assessment& assessment,
                                                     const backup::Manifest& backup,
                                                     EventSink& events) {
  const auto wait = run_wait(context);
  SLIPWAY_TRY(check_use(assessment, backup));
  SLIPWAY_ASSIGN(auto before, replay::relation_map_from_json(assessment.relations_before));
  SLIPWAY_ASSIGN(auto session, open_or_reopen(context, wait));
  SLIPWAY_ASSIGN(const auto now, replay::read_relation_map(session, wait));
  SLIPWAY_TRY(rollback::check_live_rows(backup, before, now));
  SLIPWAY_ASSIGN(auto scope, schema_scope(context, session, wait));
  SLIPWAY_ASSIGN(const auto written, rollback::kept_reverses(assessment.migrations));
  SLIPWAY_ASSIGN(auto reverses, rollback::reverses_of(written, before));
  SLIPWAY_ASSIGN(auto capture, usable_capture(context, session, backup, wait));
  if (!reverses.empty() && !capture.name.empty() && !replay::is_key_capture(capture.name)) {
    // What a slot tells of a row is not all of it.
    capture = {};
    events.on_event(event::Warning{
        .message = "the migration has reverse expressions, which need whole rows: what was written "
                   "is found by comparing",
        .hint = {}});
  }
  if (!capture.obstacles.empty())
    events.on_event(
        event::Warning{.message = capture.obstacles + ": what was written is found by comparing",
                       .hint = "slipway deploy confirm drops what is left"});
  // One that was made before another run has the schema from before that.
  if (capture.run != assessment.run.row.id) capture.copy.clear();
  auto scene = std::make_unique<SafePathScene>();
  scene->options = session.options();
  session.close();
  SLIPWAY_ASSIGN(scene->crash, crash_plan_of(context));
  scene->backup = backup;
  scene->control = assessment.database == k_control ? k_other_control : k_control;
  auto* const own = scene.get();
  scene->request.emplace(rollback::SafePathRequest{
      .database = assessment.database,
      .run = assessment.run.row.id,
      .open = [own](const std::string& name,
                    const Wait& limit) { return open_database(own->options, name, limit); },
      .control = scene->control,
      .make_copy = [own, &context](const std::string& name, const Wait& limit) -> Status {
        return make_copy_of_backup(context, own->backup, {own->options, own->control}, name, limit);
      },
      .kept_copy = capture.copy,
      .snapshot = backup.moment.snapshot,
      .before = std::move(before),
      .reverses = std::move(reverses),
      .without_rows = backup.tables_without_rows,
      .history_schema = context.config.text("history.schema"),
      .scope = std::move(scope),
      .wanted_fingerprint = *assessment.run.fingerprint_before,
      .capture = std::move(capture.name),
      .follower = std::move(capture.follower),
      .spool = std::move(capture.spool),
      .capture_since = capture.since,
      .migration_transactions = std::move(capture.migration_transactions),
      .events = events,
      .crash = &own->crash});
  return scene;
}

Result<rollback::SafePathReport> take_safe_path(const Context& context,
                                                const rollback::Assessment& assessment,
                                                const backup::Manifest& backup) {
  SLIPWAY_ASSIGN(const bool in_place, is_restored_in_place(context));
  if (in_place) return take_path_in_place(context, assessment, backup);
  SLIPWAY_ASSIGN(const auto scene, set_safe_path(context, assessment, backup, context.events));
  SLIPWAY_ASSIGN(auto report, rollback::take_safe_path(*scene->request, run_wait(context)));
  drop_spools_of_the_past(context);
  return report;
}

Status make_copy_of_backup(const Context& context, const backup::Manifest& backup,
                           const WhereFrom& from, const std::string& name, const Wait& wait) {
  if (backup.engine == backup::Engine::template_copy) {
    SLIPWAY_ASSIGN(const auto server, pg::other_database(from.options, from.control));
    return backup::restore_from_copy(backup, server, name, wait);
  }
  SLIPWAY_TRY(restore_backup(context, backup.name, name, backup.settings.settings));
  return {};
}

Result<pg::Session> open_or_reopen(const Context& context, const Wait& wait) {
  auto session = open_session(context, "rollback", wait);
  if (session || !session.error().sql || session.error().sql->sqlstate != k_not_accepting)
    return session;
  auto opened = open_in_target(context, k_control, "rollback", wait);
  if (!opened) opened = open_in_target(context, k_other_control, "rollback", wait);
  if (!opened) return session;
  auto control = std::move(*opened);
  SLIPWAY_ASSIGN(const auto fenced, pg::fenced_databases(control, wait));
  for (const auto& one : fenced) {
    if (session.error().message.find("\"" + one.database + "\"") == std::string::npos) continue;
    SLIPWAY_TRY(pg::lift_forgotten_fence(control, one.database, wait));
    context.events.on_event(
        event::Warning{.message = fmt::format("{} was still closed ({}); it is open again",
                                              one.database, one.note),
                       .hint = {}});
    return open_session(context, "rollback", wait);
  }
  return session;
}

Result<KeptDatabase> find_kept_database(const Context& context, std::int64_t run) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  KeptDatabase kept{.name = rollback::broken_name(session.database(), run), .size = {}};
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.oid)) "
                            "FROM pg_catalog.pg_database AS d "
                            "WHERE d.datname OPERATOR(pg_catalog.=) $1::name"),
                    {kept.name}, wait));
  if (rows.size() == 0) return find_kept_schemas(context, run);
  kept.size = rows.text(0, 0);
  return kept;
}

Status drop_kept_database(const Context& context, const KeptDatabase& kept) {
  if (!kept.schemas.empty()) return drop_kept_schemas(context, kept);
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  SLIPWAY_TRY(session.execute(SqlText("DROP DATABASE " + quote_identifier(kept.name)), wait));
  return {};
}

} // namespace slipway::app
