// A dump's script is run as text in the caller's session: pg_restore would open one of its own, in
// which nothing of an open transaction is to be seen.
#include "slipway/backup/schema_restore.hpp"

#include "dump_entries.hpp"
#include "fetched_parts.hpp"
#include "part_reader.hpp"
#include "private_files.hpp"
#include "row_reading.hpp"
#include "schema_dump.hpp"
#include "sessions.hpp"

#include "slipway/backup/content.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/os/process.hpp"
#include "slipway/pg/client_program.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr int k_numbers_a_major = 10'000;

Error refused(std::string message) {
  return Error(ErrorCode::check_failed, std::move(message)).with_state("nothing was changed");
}

Status check_backup(const Manifest& manifest, int server_version) {
  if (manifest.engine != Engine::hot)
    return fail(refused(
        fmt::format("{} is no backup that can be restored into schemas: it is {}", manifest.name,
                    manifest.engine == Engine::pgbackrest
                        ? "of a whole cluster"
                        : "a database of its own, and renaming one needs CREATEDB")));
  if (server_version / k_numbers_a_major < manifest.server_version / k_numbers_a_major)
    return fail(refused(fmt::format(
        "{} was taken from PostgreSQL {} and this server is {}, which is older", manifest.name,
        manifest.server_version / k_numbers_a_major, server_version / k_numbers_a_major)));
  return {};
}

/// Runs pg_restore on an archive, which prints.
class Archive {
public:
  Archive(std::string program, std::string file)
      : program_(std::move(program)), file_(std::move(file)) {}

  Result<std::string> list(const char* section, const Wait& wait) const {
    return run({"--list", section}, wait);
  }

  Result<std::string> script(const std::vector<std::string>& entries, const char* name,
                             const Wait& wait) const {
    if (entries.empty()) return std::string();
    const auto list = fmt::format("{}.{}", file_, name);
    {
      SLIPWAY_ASSIGN(const auto opened, new_private_file(list));
      for (const auto& one : entries) SLIPWAY_TRY(write_all(opened.get(), one + "\n", list));
    }
    SLIPWAY_ASSIGN(auto text, run({"--use-list=" + list, "--file=-"}, wait));
    return without_psql_lines(std::move(text));
  }

private:
  Result<std::string> run(const std::vector<std::string>& options, const Wait& wait) const {
    constexpr std::size_t k_longest_script = std::size_t{1} << 30U;
    os::Command command;
    command.arguments = {program_};
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    command.arguments.push_back(file_);
    command.output_limit = k_longest_script;
    SLIPWAY_ASSIGN(auto done, os::run(command, wait));
    if (done.timed_out || done.stopped)
      return fail(ErrorCode::cancelled, "pg_restore did not end in time");
    if (done.exit_status != 0 || done.output_truncated)
      return fail(Error(ErrorCode::io, fmt::format("{} of the schema ended with status {}",
                                                   program_, done.exit_status))
                      .with_note(done.errors));
    return std::move(done.output);
  }

  std::string program_;
  std::string file_;
};

/// Texts to be sent one by one.
struct Scripts {
  std::vector<std::string> tables;
  std::vector<std::string> keys;
  std::vector<std::string> rest;
};

Result<Scripts> scripts_of(const Archive& archive, const WantedEntries& wanted, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto before_rows, archive.list("--section=pre-data", wait));
  SLIPWAY_ASSIGN(const auto after_rows, archive.list("--section=post-data", wait));
  auto keys = entries_of(after_rows, wanted);
  const auto rest = std::stable_partition(keys.begin(), keys.end(),
                                          [](const auto& line) { return is_key_entry(line); });
  const std::vector<std::string> acting(rest, keys.end());
  keys.erase(rest, keys.end());
  Scripts scripts;
  const auto add = [&](std::vector<std::string>& to, const std::vector<std::string>& entries,
                       const char* name) -> Status {
    SLIPWAY_ASSIGN(auto text, archive.script(entries, name, wait));
    to.push_back(std::move(text));
    return {};
  };
  SLIPWAY_TRY(add(scripts.tables, entries_of(before_rows, wanted), "tables"));
  SLIPWAY_TRY(add(scripts.keys, keys, "keys"));
  SLIPWAY_TRY(add(scripts.rest, acting, "rest"));
  return scripts;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_of(const ScriptObject& object, const WantedEntries& wanted) {
  return contains(object.kind == "schema" ? wanted.to_make : wanted.schemas, object.schema);
}

/// Statements of slipway's own say nothing of what the owner of the database owns.
Result<Scripts> scripts_of(const SchemaScript& script, const Manifest& manifest,
                           const WantedEntries& wanted) {
  if (script.before_objects.size() != script.before_rows.size() ||
      script.after_objects.size() != script.after_rows.size())
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("{} does not say which of its statements is of which schema: it "
                                  "was made by an older slipway",
                                  manifest.name))
                    .with_state("nothing was changed"));
  Scripts scripts;
  for (std::size_t i = 0; i < script.before_rows.size(); ++i)
    if (is_of(script.before_objects[i], wanted)) scripts.tables.push_back(script.before_rows[i]);
  for (std::size_t i = 0; i < script.after_rows.size(); ++i)
    if (is_of(script.after_objects[i], wanted))
      (script.after_objects[i].acts ? scripts.rest : scripts.keys).push_back(script.after_rows[i]);
  return scripts;
}

/// `owner`: who makes it; whoever is no member of it goes on as himself. Empty: the texts say so.
Result<bool> take_role(pg::Session& session, const std::string& owner, const Wait& wait) {
  if (owner.empty() || owner == session.user()) return false;
  SLIPWAY_ASSIGN(const auto may,
                 session.query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE "
                                       "r.rolname OPERATOR(pg_catalog.=) $1::name AND "
                                       "pg_catalog.pg_has_role(r.oid, 'MEMBER'))"),
                               {owner}, wait));
  if (!may.boolean(0, 0)) return false;
  SLIPWAY_TRY(session.execute(SqlText("SET ROLE " + quote_identifier(owner)), wait));
  return true;
}

Status run_script(pg::Session& session, const std::vector<std::string>& script,
                  const std::string& owner, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool as_owner, take_role(session, owner, wait));
  for (const auto& text : script) {
    if (text.empty()) continue;
    if (auto done = session.execute(SqlText(text), wait); !done) {
      auto error = std::move(done).error();
      error.notes.emplace_back("while the schema of the backup was made again");
      if (script.size() > 1) error.notes.push_back("statement of the backup: " + text);
      return fail(std::move(error));
    }
  }
  if (as_owner) SLIPWAY_TRY(session.execute(SqlText("RESET ROLE"), wait));
  return {};
}

} // namespace

struct SchemaRestore::State {
  const Manifest* manifest;
  std::vector<std::string> schemas;
  Cipher cipher;
  FetchedParts parts;
  Scripts scripts;
  std::string made_by; ///< role; empty: the scripts say so themselves

  bool is_wanted(const std::string& schema) const { return contains(schemas, schema); }
};

SchemaRestore::SchemaRestore(std::unique_ptr<State> state) : state_(std::move(state)) {
}
SchemaRestore::SchemaRestore(SchemaRestore&&) noexcept = default;
SchemaRestore::~SchemaRestore() = default;

Result<SchemaRestore> SchemaRestore::prepare(const Manifest& manifest, Store& store,
                                             const SchemaRestoreRequest& request,
                                             const Wait& wait) {
  SLIPWAY_TRY(check_backup(manifest, request.server_version));
  const WantedEntries wanted{.schemas = request.schemas, .to_make = request.to_make};
  if (manifest.schema_form == SchemaForm::statements) {
    SLIPWAY_ASSIGN(auto fetched, FetchedParts::fetch(manifest, store, wait));
    SLIPWAY_ASSIGN(const auto text,
                   read_whole_part(fetched.file(manifest.schema_archive), request.cipher, wait));
    SLIPWAY_ASSIGN(const auto script, schema_script_from(text));
    SLIPWAY_ASSIGN(auto made, scripts_of(script, manifest, wanted));
    return SchemaRestore(std::make_unique<State>(State{&manifest, request.schemas, request.cipher,
                                                       std::move(fetched), std::move(made),
                                                       manifest.settings.owner}));
  }
  const int major = request.server_version / k_numbers_a_major;
  const auto program = pg::find_client_program("pg_restore", major, request.program_folder, wait);
  if (!program)
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("there is no pg_restore for PostgreSQL {} here", major))
                    .with_hint("install the client programs of the server's version")
                    .with_state("nothing was changed"));
  SLIPWAY_ASSIGN(auto parts, FetchedParts::fetch(manifest, store, wait));
  const auto archive = parts.folder() + "/schema.dump.plain";
  {
    SLIPWAY_ASSIGN(const auto file, new_private_file(archive));
    SLIPWAY_TRY(read_part(
        parts.file(manifest.schema_archive), request.cipher,
        [&](std::string_view piece) { return write_all(file.get(), piece, archive); }, wait));
  }
  SLIPWAY_ASSIGN(auto scripts, scripts_of({program->path, archive}, wanted, wait));
  return SchemaRestore(std::make_unique<State>(
      State{&manifest, request.schemas, request.cipher, std::move(parts), std::move(scripts), {}}));
}

Status SchemaRestore::pin(pg::Session& session, const Wait& wait) const {
  return set_working_settings(session, wait);
}

Status SchemaRestore::make_tables(pg::Session& session, const Wait& wait) const {
  return run_script(session, state_->scripts.tables, state_->made_by, wait);
}

Status SchemaRestore::load_rows(pg::Session& session, const Wait& wait) const {
  // The script has set what it is written in.
  SLIPWAY_TRY(pin(session, wait));
  for (const auto& table : state_->manifest->tables) {
    // Rows of an extension's table are there: the extension is.
    if (!state_->is_wanted(table.schema) || !table.condition.empty()) continue;
    const SqlText statement = copy_in_statement(table);
    const auto copy = [&](std::string_view lines) -> Status {
      if (auto done = session.copy_in(statement, lines, wait); !done)
        return fail(std::move(done).error());
      return {};
    };
    for (const auto& path : table.parts)
      SLIPWAY_TRY(read_part(state_->parts.file(path), state_->cipher, copy, wait));
  }
  std::vector<pg::Query> queries;
  for (const auto& one : state_->manifest->sequences)
    if (state_->is_wanted(one.schema))
      queries.push_back({SqlText("SELECT pg_catalog.setval($1::pg_catalog.regclass, "
                                 "$2::pg_catalog.int8, $3::pg_catalog.bool)"),
                         {QualifiedName{one.schema, one.name}.quoted(),
                          std::to_string(one.last_value), one.is_called ? "t" : "f"}});
  if (!queries.empty()) SLIPWAY_TRY(session.pipeline(queries, wait));
  return {};
}

Status SchemaRestore::add_keys(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(run_script(session, state_->scripts.keys, state_->made_by, wait));
  SLIPWAY_TRY(pin(session, wait));
  // Plans made without statistics are what makes restored tables slow.
  for (const auto& table : state_->manifest->tables)
    if (state_->is_wanted(table.schema) && table.condition.empty())
      SLIPWAY_TRY(session.execute(
          SqlText("ANALYZE " + QualifiedName{table.schema, table.name}.quoted()), wait));
  return {};
}

Status SchemaRestore::add_rest(pg::Session& session, const Wait& wait) const {
  return run_script(session, state_->scripts.rest, state_->made_by, wait);
}

Result<std::vector<std::string>> SchemaRestore::compare_rows(pg::Session& session,
                                                             const Wait& wait) const {
  std::vector<std::string> differing;
  for (const auto& table : state_->manifest->tables) {
    if (!state_->is_wanted(table.schema) || !table.condition.empty()) continue;
    SLIPWAY_ASSIGN(const auto content, read_content(session, table, std::nullopt, wait));
    if (!(content == table.content))
      differing.push_back(fmt::format("table {}: {} in the backup, {} now",
                                      QualifiedName{table.schema, table.name}.quoted(),
                                      content_text(table.content), content_text(content)));
  }
  return differing;
}

} // namespace slipway::backup
