// A new database out of a backup: schema, rows, then indexes, keys and triggers.
#include "slipway/backup/restore.hpp"

#include "compare.hpp"
#include "fetched_parts.hpp"
#include "large_objects.hpp"
#include "new_database.hpp"
#include "parallel.hpp"
#include "part_reader.hpp"
#include "private_files.hpp"
#include "row_reading.hpp"
#include "schema_dump.hpp"
#include "sessions.hpp"

#include "slipway/os/process.hpp"
#include "slipway/pg/client_program.hpp"
#include "slipway/pg/other_database.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr Millis k_cleaning{60'000};

class Restoring {
public:
  Restoring(const Manifest& manifest, const RestoreRequest& request, const FetchedParts& parts,
            pg::ConnectOptions target, const Wait& wait)
      : manifest_(manifest), request_(request), parts_(parts), target_(std::move(target)),
        wait_(wait) {}

  /// Before the new database is made: whatever can be known to be missing.
  Status prepare(int server_version) {
    if (manifest_.schema_form == SchemaForm::statements) {
      SLIPWAY_ASSIGN(const auto text, plain(manifest_.schema_archive));
      SLIPWAY_ASSIGN(script_, schema_script_from(text));
      return {};
    }
    const int major = server_version / 10'000;
    const auto found = pg::find_client_program("pg_restore", major, request_.program_folder, wait_);
    if (!found)
      return fail(Error(ErrorCode::unsupported,
                        fmt::format("there is no pg_restore for PostgreSQL {} here", major))
                      .with_hint("install the client programs of the server's version")
                      .with_state("nothing was changed"));
    pg_restore_ = found->path;
    archive_ = parts_.folder() + "/schema.dump.plain";
    SLIPWAY_ASSIGN(const auto file, new_private_file(archive_));
    return read_part(
        parts_.file(manifest_.schema_archive), request_.cipher,
        [&](std::string_view piece) { return write_all(file.get(), piece, archive_); }, wait_);
  }

  Result<Comparison> fill() {
    SLIPWAY_TRY(load_schema(Section::before_rows));
    SLIPWAY_TRY(load_rows());
    SLIPWAY_TRY(load_objects());
    reach(os::CrashPoint::restore_loaded);
    SLIPWAY_TRY(load_schema(Section::after_rows));
    SLIPWAY_TRY(set_sequences());
    SLIPWAY_TRY(analyze());
    SLIPWAY_ASSIGN(const auto model, plain(manifest_.schema_model));
    return compare_database(manifest_, model, target_, request_.jobs, wait_);
  }

private:
  enum class Section { before_rows, after_rows };

  void reach(os::CrashPoint point) {
    if (request_.crash != nullptr) request_.crash->reach(point);
  }

  Result<std::string> plain(const std::string& path) const {
    return read_whole_part(parts_.file(path), request_.cipher, wait_);
  }

  Result<pg::Session> open() const { return open_working_session(target_, wait_); }

  Status load_schema(Section section) {
    if (manifest_.schema_form == SchemaForm::pg_dump) return run_pg_restore(section);
    SLIPWAY_ASSIGN(auto session, open());
    for (const auto& statement :
         section == Section::before_rows ? script_.before_rows : script_.after_rows)
      if (auto done = run_as_owner(session, statement); !done)
        return fail(std::move(done).error().with_note("statement of the backup: " + statement));
    return {};
  }

  /// Our own statements say nothing of what the database's owner owns, so they are run as that
  /// role; what it may not do (an extension, an owner of its own) is done as the role that
  /// restores.
  Status run_as_owner(pg::Session& session, const std::string& statement) {
    const std::string role = quote_identifier(manifest_.settings.owner);
    SLIPWAY_TRY(session.execute(SqlText("SET ROLE " + role), wait_));
    auto done = session.execute(SqlText(statement), wait_);
    if (done || !session.usable()) return done ? Status() : fail(std::move(done).error());
    SLIPWAY_TRY(session.execute(SqlText("RESET ROLE"), wait_));
    if (!has_sqlstate(done.error(), "42501")) return fail(std::move(done).error());
    SLIPWAY_TRY(session.execute(SqlText(statement), wait_));
    return {};
  }

  Status run_pg_restore(Section section) {
    SLIPWAY_ASSIGN(const auto session, open());
    SLIPWAY_ASSIGN(const auto connection, pg::connection_for_program(session));
    os::Command command;
    command.arguments = {pg_restore_, "--exit-on-error", "--no-password",
                         section == Section::before_rows ? "--section=pre-data"
                                                         : "--section=post-data",
                         "--dbname=" + connection.connection_string};
    if (!request_.tablespaces) command.arguments.emplace_back("--no-tablespaces");
    // Indexes and keys in parallel, in the order that their dependencies allow.
    if (section == Section::after_rows)
      command.arguments.push_back(fmt::format("--jobs={}", std::max(request_.jobs, 1)));
    command.arguments.push_back(archive_);
    command.environment = connection.environment;
    SLIPWAY_ASSIGN(const auto done, os::run(command, wait_));
    if (done.timed_out || done.stopped)
      return fail(ErrorCode::cancelled, "pg_restore of the schema did not end in time");
    if (done.exit_status != 0)
      return fail(Error(ErrorCode::sql, fmt::format("{} of the schema ended with status {}",
                                                    pg_restore_, done.exit_status))
                      .with_note(done.errors));
    return {};
  }

  struct Load {
    const TableRows* table;
    std::string file;
    std::uint64_t bytes;
  };

  Status load_rows() {
    std::vector<Load> loads;
    for (const auto& table : manifest_.tables)
      for (const auto& path : table.parts)
        loads.push_back({&table, parts_.file(path), manifest_.part(path)->bytes});
    std::stable_sort(loads.begin(), loads.end(),
                     [](const Load& a, const Load& b) { return a.bytes > b.bytes; });
    return in_parallel(
        request_.jobs, loads.size(), [&] { return open(); },
        [&](pg::Session& session, std::size_t i) { return load_piece(session, loads[i]); });
  }

  Status load_piece(pg::Session& session, const Load& load) {
    const SqlText statement = copy_in_statement(*load.table);
    SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait_));
    const auto copy = [&](std::string_view lines) -> Status {
      if (auto done = session.copy_in(statement, lines, wait_); !done)
        return fail(std::move(done).error());
      return {};
    };
    SLIPWAY_TRY(read_part(load.file, request_.cipher, copy, wait_));
    SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait_));
    return {};
  }

  Status load_objects() {
    const auto& objects = manifest_.large_objects;
    if (objects.owners_part.empty()) return {};
    SLIPWAY_ASSIGN(const auto text, plain(objects.owners_part));
    SLIPWAY_ASSIGN(const auto statements, list_from(text));
    SLIPWAY_ASSIGN(auto session, open());
    SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait_));
    // Owners last: whoever gave an object away may no longer write to it.
    const auto run = [&](bool makes) -> Status {
      for (const auto& one : statements)
        if (one.starts_with("SELECT ") == makes) {
          SLIPWAY_TRY(session.execute(SqlText(one), wait_));
        }
      return {};
    };
    SLIPWAY_TRY(run(true));
    for (const auto& path : objects.parts)
      SLIPWAY_TRY(load_large_objects(session, parts_.file(path), request_.cipher, wait_));
    SLIPWAY_TRY(run(false));
    SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait_));
    return {};
  }

  Status set_sequences() {
    if (manifest_.sequences.empty()) return {};
    SLIPWAY_ASSIGN(auto session, open());
    std::vector<pg::Query> queries;
    for (const auto& one : manifest_.sequences)
      queries.push_back({SqlText("SELECT pg_catalog.setval($1::pg_catalog.regclass, "
                                 "$2::pg_catalog.int8, $3::pg_catalog.bool)"),
                         {QualifiedName{one.schema, one.name}.quoted(),
                          std::to_string(one.last_value), one.is_called ? "t" : "f"}});
    SLIPWAY_TRY(session.pipeline(queries, wait_));
    return {};
  }

  /// A dump has no statistics, and plans made without them are what makes a restored database slow.
  Status analyze() {
    SLIPWAY_ASSIGN(auto session, open());
    SLIPWAY_TRY(session.execute(SqlText("ANALYZE"), wait_));
    return {};
  }

  const Manifest& manifest_;
  const RestoreRequest& request_;
  const FetchedParts& parts_;
  pg::ConnectOptions target_;
  Wait wait_;
  SchemaScript script_;
  std::string pg_restore_;
  std::string archive_;
};

Error not_equal(const Manifest& manifest, const Comparison& comparison) {
  Error error(ErrorCode::check_failed,
              fmt::format("what was restored is not what {} says", manifest.name));
  for (const auto* list : {&comparison.schema, &comparison.content})
    for (const auto& one : *list) error.notes.push_back(one);
  error.database_state = "the new database was removed again";
  return error;
}

Result<Comparison> fill_and_name(const Manifest& manifest, const RestoreRequest& request,
                                 Restoring& restoring, pg::Session& server, const Wait& wait) {
  SLIPWAY_ASSIGN(auto comparison, restoring.fill());
  if (!comparison.equal()) return fail(not_equal(manifest, comparison));
  if (request.crash != nullptr) request.crash->reach(os::CrashPoint::restore_finished);
  SLIPWAY_TRY(give_name(manifest, request, server, wait));
  return comparison;
}

} // namespace

Result<Comparison> restore(const Manifest& manifest, Store& store, const RestoreRequest& request,
                           EventSink& events, const Wait& wait) {
  SLIPWAY_ASSIGN(auto server, open_working_session(request.server, wait));
  SLIPWAY_TRY(check_server(manifest, request, server, wait));
  SLIPWAY_ASSIGN(const auto parts, FetchedParts::fetch(manifest, store, wait));
  SLIPWAY_ASSIGN(auto target, pg::other_database(request.server, passing_name(request.database)));
  Restoring restoring(manifest, request, parts, std::move(target), wait);
  SLIPWAY_TRY(restoring.prepare(server.server_version()));
  SLIPWAY_TRY(make_passing_database(manifest, request, server, wait));
  if (request.crash != nullptr) request.crash->reach(os::CrashPoint::restore_created);
  auto done = fill_and_name(manifest, request, restoring, server, wait);
  if (done) return done;
  const Wait cleaning{Deadline::after(k_cleaning)};
  auto cleaner = open_working_session(request.server, cleaning);
  if (!cleaner || !drop_passing_database(request, *cleaner, cleaning))
    events.on_event(event::Warning{
        .message = fmt::format("database {} could not be removed", passing_name(request.database)),
        .hint = "the next restore removes it, or: DROP DATABASE"});
  return done;
}

} // namespace slipway::backup
