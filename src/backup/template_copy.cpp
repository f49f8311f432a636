#include "slipway/backup/template_copy.hpp"

#include "claim_name.hpp"
#include "parallel.hpp"
#include "sessions.hpp"
#include "table_list.hpp"

#include "slipway/backup/content.hpp"
#include "slipway/backup/name.hpp"
#include "slipway/pg/fence.hpp"
#include "slipway/pg/other_database.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <fmt/format.h>
#include <mutex>

namespace slipway::backup {

namespace {

constexpr Millis k_cleaning{60'000};
constexpr std::size_t k_longest_name = 63;

/// What the copy is called until it is whole: what is left of it after a kill can be told by that.
std::string copying_name(const std::string& wanted) {
  return wanted + "__copying";
}

void reach(const TemplateCopyRequest& request, os::CrashPoint point) {
  if (request.crash != nullptr) request.crash->reach(point);
}

/// The server writes the whole copy into the log by default since 15, which takes longer and is of
/// no use here.
std::string copy_statement(const std::string& wanted, const std::string& database,
                           int server_version) {
  return fmt::format("CREATE DATABASE {} TEMPLATE {}{}", quote_identifier(copying_name(wanted)),
                     quote_identifier(database),
                     server_version >= 150'000 ? " STRATEGY FILE_COPY" : "");
}

/// From 18 on the file system may share the blocks of both; where it cannot, the files are copied.
Status make_copy(const std::string& wanted, const std::string& database, pg::Session& server,
                 const Wait& wait) {
  const SqlText statement(copy_statement(wanted, database, server.server_version()));
  if (server.server_version() >= 180'000 &&
      server.execute(SqlText("SET file_copy_method = 'clone'"), wait)) {
    if (server.execute(statement, wait)) return {};
    SLIPWAY_TRY(server.execute(SqlText("SET file_copy_method = 'copy'"), wait));
  }
  SLIPWAY_TRY(server.execute(statement, wait));
  return {};
}

/// Before anybody is put out.
Status check_name(const std::string& wanted, pg::Session& server, const Wait& wait) {
  if (copying_name(wanted).size() > k_longest_name)
    return fail(ErrorCode::check_failed,
                fmt::format("\"{}\" is too long a name for the copy", wanted));
  SLIPWAY_ASSIGN(
      const auto rows,
      server.query(SqlText("SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = $1"),
                   {wanted}, wait));
  if (rows.size() == 0) return {};
  return fail(
      Error(ErrorCode::check_failed, fmt::format("there is a database \"{}\" already", wanted))
          .with_state("nothing was changed"));
}

Status drop_left_copy(const std::string& wanted, pg::Session& server, const Wait& wait) {
  SLIPWAY_TRY(server.execute(SqlText(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)",
                                                 quote_identifier(copying_name(wanted)))),
                             wait));
  return {};
}

/// A connection that broke meanwhile must not leave the database closed.
Status open_again(pg::Fence& fence, const pg::ConnectOptions& server, const std::string& database,
                  const Wait& wait) {
  auto opened = fence.take_away(wait);
  if (opened) return opened;
  SLIPWAY_ASSIGN(auto session, open_working_session(server, wait));
  return pg::lift_forgotten_fence(session, database, wait);
}

/// Closes the database, copies it, opens it. Fills in the moment.
Status copy_behind_fence(const TemplateCopyRequest& request, const pg::ConnectOptions& server,
                         Manifest& manifest, const Wait& wait) {
  const Wait limit = wait.within(request.fence_limit);
  SLIPWAY_ASSIGN(auto control, open_working_session(server, limit));
  SLIPWAY_TRY(check_name(request.copy_database, control, limit));
  SLIPWAY_TRY(drop_left_copy(request.copy_database, control, limit));
  reach(request, os::CrashPoint::fence_noted);
  SLIPWAY_ASSIGN(auto fence, pg::Fence::put_up(control, manifest.database,
                                               "copy as " + request.copy_database, 0, limit));
  reach(request, os::CrashPoint::fence_up);
  auto copied = [&]() -> Status {
    SLIPWAY_ASSIGN(manifest.moment, read_moment(control, limit));
    return make_copy(request.copy_database, manifest.database, control, limit);
  }();
  reach(request, os::CrashPoint::fence_copied);
  auto opened = open_again(fence, server, manifest.database, wait);
  reach(request, os::CrashPoint::fence_down);
  return copied ? opened : copied;
}

/// Last of all it gets its name.
Status give_settings(const std::string& wanted, const Manifest& manifest, pg::Session& server,
                     const Wait& wait) {
  for (const auto& one : settings_statements(manifest.settings, copying_name(wanted)))
    SLIPWAY_TRY(server.execute(one, wait));
  SLIPWAY_TRY(server.execute(
      SqlText(fmt::format("ALTER DATABASE {} RENAME TO {}", quote_identifier(copying_name(wanted)),
                          quote_identifier(wanted))),
      wait));
  return {};
}

/// Nobody writes to the copy, so what is in it now is what was in the database then.
Status describe_copy(const TemplateCopyRequest& request, Manifest& manifest, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto copy,
                 pg::other_database(request.source, copying_name(request.copy_database)));
  SLIPWAY_ASSIGN(auto session, open_working_session(copy, wait));
  if (request.newest_run) {
    SLIPWAY_ASSIGN(manifest.moment.newest_run, request.newest_run(session, wait));
  }
  SLIPWAY_ASSIGN(auto schema, inspect::read_schema(session, request.scope, wait));
  manifest.fingerprint = schema::fingerprint(schema::without_secrets(std::move(schema))).text();
  SLIPWAY_ASSIGN(manifest.roles, read_roles(session, wait));
  SLIPWAY_ASSIGN(manifest.sequences, read_sequence_values(session, wait));
  SLIPWAY_ASSIGN(auto list, read_table_list(session, wait));
  manifest.tables = std::move(list.with_rows);
  SLIPWAY_ASSIGN(manifest.large_objects.content, read_large_object_content(session, wait));
  return in_parallel(
      request.jobs, manifest.tables.size(), [&] { return open_working_session(copy, wait); },
      [&](pg::Session& worker, std::size_t i) -> Status {
        SLIPWAY_ASSIGN(manifest.tables[i].content,
                       read_content(worker, manifest.tables[i], std::nullopt, wait));
        return {};
      });
}

Result<Manifest> begin_manifest(const TemplateCopyRequest& request, const Wait& wait) {
  Manifest manifest;
  SLIPWAY_ASSIGN(manifest.name, backup_name(request.now, request.label, request.git_sha));
  SLIPWAY_ASSIGN(auto session, open_working_session(request.source, wait));
  manifest.label = request.label;
  manifest.git_sha = request.git_sha;
  manifest.tool_version = request.tool_version;
  manifest.engine = Engine::template_copy;
  manifest.created = utc_text(request.now);
  manifest.left_out = request.scope.leave_out;
  manifest.database = session.database();
  manifest.server = session.describe();
  manifest.server_version = session.server_version();
  manifest.copy_database = request.copy_database;
  SLIPWAY_ASSIGN(manifest.settings, read_database_settings(session, manifest.database, wait));
  SLIPWAY_ASSIGN(manifest.not_included, read_what_is_left_out(session, wait));
  return manifest;
}

Status finish(const TemplateCopyRequest& request, const pg::ConnectOptions& server,
              Manifest& manifest, Store& store, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_working_session(server, wait));
  SLIPWAY_TRY(describe_copy(request, manifest, wait));
  SLIPWAY_TRY(give_settings(request.copy_database, manifest, session, wait));
  SLIPWAY_ASSIGN(manifest.name, claim_name(store, manifest.name, wait));
  SLIPWAY_ASSIGN(const auto text, to_json(manifest));
  return store.write(text, manifest.name + "/" + std::string(k_manifest_file), wait);
}

} // namespace

Result<Manifest> copy_by_template(const TemplateCopyRequest& request, Store& store,
                                  EventSink& events, const Wait& wait) {
  const auto begun = std::chrono::steady_clock::now();
  SLIPWAY_ASSIGN(const auto server,
                 pg::other_database(request.source, request.maintenance_database));
  SLIPWAY_ASSIGN(auto manifest, begin_manifest(request, wait));
  SLIPWAY_TRY(copy_behind_fence(request, server, manifest, wait));
  manifest.duration_ms =
      std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun).count();
  auto done = finish(request, server, manifest, store, wait);
  if (done) return manifest;
  const Wait cleaning{Deadline::after(k_cleaning)};
  auto cleaner = open_working_session(server, cleaning);
  // Its name was free when this began, so what has it is ours.
  if (!cleaner || !drop_left_copy(request.copy_database, *cleaner, cleaning) ||
      !cleaner->execute(SqlText(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)",
                                            quote_identifier(request.copy_database))),
                        cleaning))
    events.on_event(event::Warning{
        .message = fmt::format("the copy {} could not be removed", request.copy_database),
        .hint = "DROP DATABASE"});
  return fail(std::move(done).error());
}

Status restore_from_copy(const Manifest& manifest, const pg::ConnectOptions& server,
                         const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_working_session(server, wait));
  SLIPWAY_TRY(check_name(database, session, wait));
  SLIPWAY_TRY(drop_left_copy(database, session, wait));
  SLIPWAY_TRY(make_copy(database, manifest.copy_database, session, wait));
  return give_settings(database, manifest, session, wait);
}

Result<std::vector<std::string>> orphaned_folders(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText("SELECT pg_catalog.concat('base/', f.name) "
                  "FROM pg_catalog.pg_ls_dir('base') AS f(name) "
                  "WHERE f.name OPERATOR(pg_catalog.~) '^[0-9]+$' AND NOT EXISTS ("
                  "SELECT FROM pg_catalog.pg_database AS d "
                  "WHERE d.oid::pg_catalog.text OPERATOR(pg_catalog.=) f.name) ORDER BY 1"),
          {}, wait));
  std::vector<std::string> folders;
  for (std::size_t i = 0; i < rows.size(); ++i) folders.emplace_back(rows.text(i, 0));
  return folders;
}

} // namespace slipway::backup
