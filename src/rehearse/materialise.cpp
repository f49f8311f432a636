// Makes sides of a comparison on the throwaway server.
#include "slipway/rehearse/materialise.hpp"

#include "command_side.hpp"
#include "unsound_states.hpp"

#include "slipway/inspect/read_trash.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rehearse {

namespace {

Result<std::vector<Script>> scripts_of(const Workshop& workshop, const Side& side) {
  std::vector<Script> scripts;
  if (side.kind == SideKind::migrations) {
    SLIPWAY_ASSIGN(const auto folder, source::read_folder(workshop.files, side.paths.front()));
    return up_scripts(folder);
  }
  for (const auto& path : side.paths) {
    SLIPWAY_ASSIGN(auto text, workshop.files.read(path));
    SLIPWAY_ASSIGN(auto script, plain_script(std::move(text), path));
    scripts.push_back(std::move(script));
  }
  return scripts;
}

Status check_extensions(const Workshop& workshop, const schema::Schema& schema, const Wait& wait) {
  std::vector<std::string> names;
  for (const auto& one : schema.objects(schema::Kind::extension)) names.emplace_back(one.name());
  if (names.empty()) return {};
  SLIPWAY_ASSIGN(const auto missing, workshop.shadow.missing_extensions(names, wait));
  if (missing.empty()) return {};
  return fail(
      Error(ErrorCode::unsupported,
            fmt::format("not installed for the throwaway PostgreSQL {} here: the extension{} {}",
                        workshop.shadow.major_version(), missing.size() > 1 ? "s" : "",
                        fmt::join(missing, ", ")))
          .with_hint("install their packages; without them the schema cannot be made for a trial"));
}

// What soft drops of long ago have put aside is not there any more where it counts, and nothing may
// depend on it here.
Status empty_trash(const Workshop& workshop, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, workshop.shadow.connect(database, wait));
  SLIPWAY_ASSIGN(const auto trash, inspect::read_trash(session, wait));
  std::string sql;
  for (const auto& one : trash.items) sql += one.drop_sql() + " CASCADE;\n";
  for (const auto& one : trash.schemas)
    sql += "DROP SCHEMA " + quote_identifier(one) + " CASCADE;\n";
  if (!sql.empty()) SLIPWAY_TRY(session.execute(SqlText(sql), wait));
  return {};
}

} // namespace

Result<schema::Schema> read_back(const Workshop& workshop, const std::string& database,
                                 const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, workshop.shadow.connect(database, wait));
  return inspect::read_schema(session, workshop.scope, wait);
}

Result<Materialised> materialise(const Workshop& workshop, const Side& side, const Wait& wait) {
  std::string database;
  if (side.kind == SideKind::command) {
    SLIPWAY_ASSIGN(database, workshop.shadow.new_database("", wait));
    SLIPWAY_TRY(fill_by_command(workshop, side.command, database, wait));
  } else if (side.kind == SideKind::empty) {
    SLIPWAY_ASSIGN(database, workshop.shadow.new_beginning(wait));
  } else {
    SLIPWAY_ASSIGN(const auto scripts, scripts_of(workshop, side));
    SLIPWAY_ASSIGN(database, workshop.shadow.make(scripts, wait));
    SLIPWAY_TRY(empty_trash(workshop, database, wait));
  }
  SLIPWAY_ASSIGN(auto schema, read_back(workshop, database, wait));
  return Materialised{std::move(schema), database};
}

Result<Materialised> rebuild(const Workshop& workshop, const schema::Schema& schema,
                             const Wait& wait) {
  SLIPWAY_TRY(check_extensions(workshop, schema, wait));
  SLIPWAY_TRY(workshop.shadow.make_roles(roles_in(schema), wait));
  SLIPWAY_TRY(workshop.shadow.make_superusers(superusers_in(schema), wait));
  SLIPWAY_ASSIGN(auto empty, materialise(workshop, {}, wait));
  const auto sound = without_unsound_states(schema);
  const auto plan = diff::make_plan(empty.schema, sound ? *sound : schema,
                                    {.not_renamed = {}, .online = false, .stand_ins = true});
  if (!plan.refusals.empty())
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("{} cannot be made for a trial: {}", plan.refusals.front().object,
                                  plan.refusals.front().message)));
  SLIPWAY_TRY(workshop.shadow.run(empty.database, plan.statements, wait));
  if (sound) {
    SLIPWAY_ASSIGN(auto session, workshop.shadow.connect(empty.database, wait));
    SLIPWAY_TRY(mark_unsound_states(session, schema, wait));
  }
  SLIPWAY_ASSIGN(empty.schema, read_back(workshop, empty.database, wait));
  return empty;
}

} // namespace slipway::rehearse
