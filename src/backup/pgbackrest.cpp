// pgBackRest backs up whole clusters, log and all: for databases that are too large to be read row
// by row. Which of its backups is ours it keeps as an annotation.
#include "slipway/backup/pgbackrest.hpp"

#include "claim_name.hpp"
#include "sessions.hpp"
#include "table_list.hpp"

#include "slipway/backup/name.hpp"
#include "slipway/os/process.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::backup {

namespace {

constexpr const char* k_annotation = "slipway";

Result<std::string> run_pgbackrest(const PgBackRest& how, std::vector<std::string> arguments,
                                   const Wait& wait) {
  os::Command command;
  command.arguments = how.program;
  command.arguments.push_back("--stanza=" + how.stanza);
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  SLIPWAY_ASSIGN(auto done, os::run(command, wait));
  if (done.timed_out || done.stopped)
    return fail(ErrorCode::cancelled, "pgBackRest did not end in time");
  if (done.exit_status != 0)
    return fail(Error(ErrorCode::check_failed, fmt::format("pgBackRest {} ended with status {}",
                                                           arguments.back(), done.exit_status))
                    .with_note(done.errors.empty() ? done.output : done.errors));
  return std::move(done.output);
}

/// What pgBackRest calls the backup with that annotation; empty when it has none.
Result<std::string> label_of(const PgBackRest& how, const std::string& name, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto text, run_pgbackrest(how, {"--output=json", "info"}, wait));
  try {
    for (const auto& stanza : nlohmann::json::parse(text))
      for (const auto& one : stanza.at("backup"))
        if (one.contains("annotation") && one["annotation"].value(k_annotation, "") == name)
          return one.at("label").get<std::string>();
    return std::string();
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::check_failed, "what pgbackrest info printed cannot be read");
  }
}

Result<Manifest> describe(const PgBackRestRequest& request, pg::Session& session,
                          const Wait& wait) {
  Manifest manifest;
  manifest.label = request.label;
  manifest.git_sha = request.git_sha;
  manifest.tool_version = request.tool_version;
  manifest.engine = Engine::pgbackrest;
  manifest.created = utc_text(request.now);
  manifest.left_out = request.scope.leave_out;
  manifest.database = session.database();
  manifest.server = session.describe();
  manifest.server_version = session.server_version();
  manifest.stanza = request.how.stanza;
  SLIPWAY_ASSIGN(manifest.settings, read_database_settings(session, manifest.database, wait));
  SLIPWAY_ASSIGN(manifest.roles, read_roles(session, wait));
  manifest.not_included.emplace_back(
      "digests of the rows: pgBackRest checks its own files, and holds the whole cluster");
  return manifest;
}

/// The log is archived a segment at a time: the one that the place is in is closed.
Status close_segment(pg::Session& session, Manifest& manifest, const Wait& wait) {
  const auto closed = session.query(SqlText("SELECT pg_catalog.pg_switch_wal()"), {}, wait);
  if (closed) return {};
  if (!has_sqlstate(closed.error(), "42501")) return fail(closed.error());
  manifest.not_included.emplace_back(
      "the end of the log, until its segment is full: the role may not call pg_switch_wal()");
  return {};
}

} // namespace

Result<Manifest> back_up_by_pgbackrest(const PgBackRestRequest& request, Store& store,
                                       EventSink& events, const Wait& wait) {
  const auto begun = std::chrono::steady_clock::now();
  SLIPWAY_ASSIGN(auto session, open_working_session(request.source, wait));
  SLIPWAY_ASSIGN(auto manifest, describe(request, session, wait));
  SLIPWAY_ASSIGN(const auto wanted, backup_name(request.now, request.label, request.git_sha));
  SLIPWAY_ASSIGN(manifest.name, claim_name(store, wanted, wait));
  auto done = [&]() -> Status {
    SLIPWAY_TRY(run_pgbackrest(
        request.how, {fmt::format("--annotation={}={}", k_annotation, manifest.name), "backup"},
        wait));
    SLIPWAY_ASSIGN(manifest.stanza_label, label_of(request.how, manifest.name, wait));
    if (manifest.stanza_label.empty())
      return fail(ErrorCode::check_failed, "pgBackRest does not know the backup that it made");
    if (request.newest_run) {
      SLIPWAY_ASSIGN(manifest.moment.newest_run, request.newest_run(session, wait));
    }
    SLIPWAY_ASSIGN(auto schema, inspect::read_schema(session, request.scope, wait));
    manifest.fingerprint = schema::fingerprint(schema::without_secrets(std::move(schema))).text();
    const auto newest = manifest.moment.newest_run;
    SLIPWAY_ASSIGN(manifest.moment, read_moment(session, wait));
    manifest.moment.newest_run = newest;
    SLIPWAY_TRY(close_segment(session, manifest, wait));
    manifest.duration_ms =
        std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun).count();
    SLIPWAY_ASSIGN(const auto text, to_json(manifest));
    return store.write(text, manifest.name + "/" + std::string(k_manifest_file), wait);
  }();
  if (done) return manifest;
  constexpr Millis k_cleaning{60'000};
  if (!store.remove_folder(manifest.name, Wait{Deadline::after(k_cleaning)}))
    events.on_event(
        event::Warning{.message = manifest.name + " could not be removed from " + store.describe(),
                       .hint = "run: slipway backup prune"});
  return fail(std::move(done).error());
}

Status check_pgbackrest(const Manifest& manifest, const PgBackRest& how, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto label, label_of(how, manifest.name, wait));
  if (!label.empty() && label == manifest.stanza_label) return {};
  return fail(Error(ErrorCode::check_failed,
                    fmt::format("pgBackRest has no backup {} of stanza {} any more",
                                manifest.stanza_label, how.stanza))
                  .with_hint("its own retention removes backups: pgbackrest info shows them"));
}

Status restore_data_directory(const Manifest& manifest, const PgBackRest& how,
                              const std::string& folder, const Wait& wait) {
  if (manifest.engine != Engine::pgbackrest)
    return fail(ErrorCode::check_failed,
                fmt::format("{} is no backup of a whole cluster", manifest.name));
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error))
    return fail(Error(ErrorCode::check_failed, fmt::format("there is something in {}", folder))
                    .with_state("nothing was changed"));
  SLIPWAY_TRY(check_pgbackrest(manifest, how, wait));
  SLIPWAY_TRY(run_pgbackrest(how,
                             {"--pg1-path=" + folder, "--set=" + manifest.stanza_label,
                              "--type=lsn", "--target=" + manifest.moment.lsn,
                              "--target-action=promote", "--archive-mode=off", "restore"},
                             wait));
  return {};
}

} // namespace slipway::backup
