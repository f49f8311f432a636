#include "schema_dump.hpp"

#include "private_files.hpp"
#include "sessions.hpp"

#include "slipway/os/process.hpp"
#include "slipway/pg/client_program.hpp"
#include "slipway/pg/other_database.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::backup {

namespace {

Status run_pg_dump(const std::string& program, const CreateRequest& request,
                   const pg::Session& session, const std::string& snapshot, const std::string& file,
                   const Wait& wait) {
  SLIPWAY_ASSIGN(const auto connection, pg::connection_for_program(session));
  os::Command command;
  command.arguments = {program,
                       "--format=custom",
                       "--section=pre-data",
                       "--section=post-data",
                       "--no-blobs",
                       "--no-subscriptions",
                       "--no-password",
                       "--snapshot=" + snapshot,
                       fmt::format("--lock-wait-timeout={}", request.lock_timeout.count()),
                       "--file=" + file,
                       "--dbname=" + connection.connection_string};
  command.environment = connection.environment;
  SLIPWAY_ASSIGN(const auto done, os::run(command, wait));
  if (done.timed_out || done.stopped)
    return fail(ErrorCode::cancelled, "pg_dump of the schema did not end in time");
  if (done.exit_status != 0)
    return fail(Error(ErrorCode::io, fmt::format("{} of the schema ended with status {}", program,
                                                 done.exit_status))
                    .with_note(done.errors));
  return {};
}

nlohmann::ordered_json json_of(const std::vector<ScriptObject>& objects) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : objects)
    list.push_back({{"schema", one.schema}, {"kind", one.kind}, {"acts", one.acts}});
  return list;
}

std::vector<ScriptObject> objects_of(const nlohmann::json& json, const char* name) {
  std::vector<ScriptObject> objects;
  if (!json.contains(name)) return objects;
  for (const auto& one : json.at(name))
    objects.push_back({one.at("schema"), one.at("kind"), one.at("acts")});
  return objects;
}

Error cannot_be_written(const std::vector<std::string>& what) {
  return Error(ErrorCode::unsupported,
               fmt::format("there is no pg_dump here for this server, and slipway has no statement "
                           "for: {}",
                           fmt::join(what, "; ")))
      .with_hint("install the client programs of the server's version");
}

Status write_statements(const CreateRequest& request, pg::Session& session,
                        const std::string& snapshot, const std::string& file, const Wait& wait) {
  if (!request.schema_writer)
    return fail(Error(ErrorCode::unsupported, "there is no pg_dump here for this server")
                    .with_hint("install the client programs of the server's version"));
  inspect::Scope whole;
  whole.dependencies = true;
  whole.snapshot = snapshot;
  SLIPWAY_ASSIGN(const auto schema, inspect::read_schema(session, whole, wait));
  SLIPWAY_ASSIGN(const auto script, request.schema_writer(schema));
  if (!script.not_written.empty()) return fail(cannot_be_written(script.not_written));
  const nlohmann::ordered_json json{{"before_rows", script.before_rows},
                                    {"after_rows", script.after_rows},
                                    {"before_objects", json_of(script.before_objects)},
                                    {"after_objects", json_of(script.after_objects)}};
  SLIPWAY_ASSIGN(const auto opened, new_private_file(file));
  return write_all(opened.get(),
                   json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", file);
}

} // namespace

Result<SchemaFile> dump_schema(const CreateRequest& request, pg::Session& session,
                               const std::string& snapshot, const std::string& folder,
                               EventSink& events, const Wait& wait) {
  const int major = session.server_version() / 10'000;
  const auto program = pg::find_client_program("pg_dump", major, request.program_folder, wait);
  if (program) {
    SchemaFile made{SchemaForm::pg_dump, folder + "/schema.dump.plain"};
    SLIPWAY_TRY(run_pg_dump(program->path, request, session, snapshot, made.file, wait));
    return made;
  }
  events.on_event(event::Note{fmt::format("there is no pg_dump for PostgreSQL {} on this machine: "
                                          "the schema is written as slipway's own statements",
                                          major)});
  SchemaFile made{SchemaForm::statements, folder + "/schema.json.plain"};
  SLIPWAY_TRY(write_statements(request, session, snapshot, made.file, wait));
  return made;
}

Result<SchemaScript> schema_script_from(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return SchemaScript{.before_rows = json.at("before_rows"),
                        .after_rows = json.at("after_rows"),
                        .not_written = {},
                        .before_objects = objects_of(json, "before_objects"),
                        .after_objects = objects_of(json, "after_objects")};
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::io, "the schema's statements cannot be read");
  }
}

std::string list_text(const std::vector<std::string>& items) {
  return nlohmann::json(items).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<std::vector<std::string>> list_from(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::io, "a list of statements cannot be read");
  }
}

} // namespace slipway::backup
