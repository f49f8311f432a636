#include "slipway/backup/template_copy.hpp"

#include "parallel.hpp"
#include "sessions.hpp"
#include "table_list.hpp"

#include "slipway/backup/content.hpp"
#include "slipway/backup/name.hpp"
#include "slipway/pg/other_database.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <fmt/format.h>
#include <mutex>

namespace slipway::backup {

namespace {

constexpr Millis k_cleaning{60'000};

/// The server writes the whole copy into the log by default since 15, which takes longer and is of
/// no use here.
std::string copy_statement(const TemplateCopyRequest& request, const std::string& database,
                           int server_version) {
  return fmt::format("CREATE DATABASE {} TEMPLATE {}{}", quote_identifier(request.copy_database),
                     quote_identifier(database),
                     server_version >= 150'000 ? " STRATEGY FILE_COPY" : "");
}

/// From 18 on the file system may share the blocks of both; where it cannot, the files are copied.
Status make_copy(const TemplateCopyRequest& request, const std::string& database,
                 pg::Session& server, const Wait& wait) {
  const SqlText statement(copy_statement(request, database, server.server_version()));
  if (server.server_version() >= 180'000 &&
      server.execute(SqlText("SET file_copy_method = 'clone'"), wait)) {
    if (server.execute(statement, wait)) return {};
    SLIPWAY_TRY(server.execute(SqlText("SET file_copy_method = 'copy'"), wait));
  }
  SLIPWAY_TRY(server.execute(statement, wait));
  return {};
}

/// Closes the database, copies it, opens it. Fills in the moment.
Status copy_behind_fence(const TemplateCopyRequest& request, const pg::ConnectOptions& server,
                         Manifest& manifest, const Wait& wait) {
  const Wait limit = wait.within(request.fence_limit);
  SLIPWAY_ASSIGN(auto fence, Fence::raise({.server = server,
                                           .database = manifest.database,
                                           .notes_folder = request.notes_folder,
                                           .crash = request.crash},
                                          limit));
  SLIPWAY_ASSIGN(manifest.moment, read_moment(fence.server(), limit));
  SLIPWAY_TRY(make_copy(request, manifest.database, fence.server(), limit));
  if (request.crash != nullptr) request.crash->reach(os::CrashPoint::fence_copied);
  return fence.lower(wait);
}

Status give_settings(const TemplateCopyRequest& request, const Manifest& manifest,
                     pg::Session& server, const Wait& wait) {
  for (const auto& one : settings_statements(manifest.settings, request.copy_database))
    SLIPWAY_TRY(server.execute(one, wait));
  return {};
}

/// Nobody writes to the copy, so what is in it now is what was in the database then.
Status describe_copy(const TemplateCopyRequest& request, Manifest& manifest, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto copy, pg::other_database(request.source, request.copy_database));
  SLIPWAY_ASSIGN(auto session, open_working_session(copy, wait));
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
  SLIPWAY_TRY(give_settings(request, manifest, session, wait));
  SLIPWAY_TRY(describe_copy(request, manifest, wait));
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
  if (!cleaner || !cleaner->execute(SqlText(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)",
                                                        quote_identifier(request.copy_database))),
                                    cleaning))
    events.on_event(event::Warning{
        .message = fmt::format("the copy {} could not be removed", request.copy_database),
        .hint = "DROP DATABASE"});
  return fail(std::move(done).error());
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
