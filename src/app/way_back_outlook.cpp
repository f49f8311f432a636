// Said before a deploy, when it can still be thought over.
#include "slipway/app/way_back_outlook.hpp"

#include "rollback_in_place.hpp"
#include "runner.hpp"
#include "schema_scope.hpp"

#include "slipway/app/target.hpp"
#include "slipway/inspect/read_trash.hpp"
#include "slipway/rehearse/materialise.hpp"
#include "slipway/rehearse/script.hpp"
#include "slipway/replay/carry_map.hpp"
#include "slipway/rollback/reverses.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace slipway::app {

namespace {

constexpr int k_numbers_a_major = 10'000; ///< 150020 is of 15

source::Folder pending_of(source::Folder folder, const plan::Plan& plan) {
  std::erase_if(folder.files, [&](const source::MigrationFile& file) {
    return std::none_of(plan.steps.begin(), plan.steps.end(), [&](const plan::Step& step) {
      return step.migration.version == file.version;
    });
  });
  return folder;
}

struct Ask {
  schema::Schema now;
  source::Folder pending;
  inspect::Scope scope;
  std::string author;
  std::vector<source::Reverse> reverses;
};

Result<replay::RelationMap> map_of(rehearse::Shadow& shadow, const std::string& database,
                                   const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, shadow.connect(database, wait));
  return replay::read_relation_map(session, wait);
}

struct Predicted {
  std::vector<rollback::Unreturnable> unreturnable;
  std::vector<std::string> kept;
};

Result<std::vector<std::string>> put_aside(rehearse::Shadow& shadow, const std::string& database,
                                           const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, shadow.connect(database, wait));
  SLIPWAY_ASSIGN(const auto trash, inspect::read_trash(session, wait));
  std::vector<std::string> all;
  for (const auto& one : trash.items) all.push_back(one.was());
  return all;
}

Status check_reverses(rehearse::Shadow& shadow, const std::string& database,
                      const replay::CarryMap& map, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, shadow.connect(database, wait));
  return rollback::check_reverses(session, map, wait);
}

Result<Predicted> predict(const Context& context, const Ask& ask, const Wait& wait) {
  rehearse::ShadowOptions options;
  options.bin_folder = context.config.path("dev.server_bin");
  options.major_version = ask.now.origin().server_version / k_numbers_a_major;
  options.owner = ask.now.origin().owner;
  options.author = ask.author;
  SLIPWAY_ASSIGN(const auto scripts, rehearse::up_scripts(ask.pending));
  SLIPWAY_ASSIGN(auto shadow, rehearse::Shadow::start(options, wait));
  const rehearse::Workshop workshop{.shadow = shadow,
                                    .files = context.files,
                                    .scope = ask.scope,
                                    .working_directory = context.config.working_directory()};
  SLIPWAY_ASSIGN(const auto made, rehearse::rebuild(workshop, ask.now, wait));
  SLIPWAY_ASSIGN(auto before, map_of(shadow, made.database, wait));
  SLIPWAY_TRY(shadow.run(made.database, scripts, wait));
  SLIPWAY_ASSIGN(const auto after, rehearse::read_back(workshop, made.database, wait));
  SLIPWAY_ASSIGN(auto now, map_of(shadow, made.database, wait));
  auto copy = before;
  SLIPWAY_ASSIGN(const auto reverses, rollback::reverses_of(ask.reverses, before));
  SLIPWAY_ASSIGN(const auto map,
                 replay::make_carry_map(
                     {.before = std::move(before), .now = std::move(now), .copy = std::move(copy)},
                     reverses, {context.config.text("history.schema")}));
  SLIPWAY_TRY(check_reverses(shadow, made.database, map, wait));
  Predicted predicted{.unreturnable = rollback::unreturnable_writes(map, made.schema, after),
                      .kept = {}};
  SLIPWAY_ASSIGN(predicted.kept, put_aside(shadow, made.database, wait));
  return predicted;
}

} // namespace

Result<WayBackOutlook> look_at_way_back(const Context& context, const plan::Plan& plan,
                                        const Wait& wait) {
  WayBackOutlook outlook;
  SLIPWAY_ASSIGN(auto session, open_session(context, "deploy", wait));
  SLIPWAY_ASSIGN(outlook.obstacles, obstacles_to_way_back(context, session, wait));
  SLIPWAY_ASSIGN(auto tables,
                 rollback::tables_to_know_of(session, context.config.text("history.schema"), wait));
  std::move(tables.begin(), tables.end(), std::back_inserter(outlook.obstacles));
  if (context.config.integer("history.snapshots") == 0)
    outlook.obstacles.push_back(
        {.stops_it = true,
         .message = "history.snapshots is 0: nobody would know the schema from before",
         .hint = "set it above 0"});
  if (plan.steps.empty()) return outlook;
  Ask ask;
  SLIPWAY_ASSIGN(ask.scope, schema_scope(context, session, wait));
  ask.scope.dependencies = true;
  SLIPWAY_ASSIGN(ask.now, inspect::read_schema(session, ask.scope, wait));
  SLIPWAY_ASSIGN(ask.author, author_of(session, context.config.text("history.schema"), wait));
  session.close();
  SLIPWAY_ASSIGN(auto folder, read_migrations(context));
  ask.pending = pending_of(std::move(folder), plan);
  for (const auto& step : plan.steps)
    for (const auto& one : step.migration.reverses) ask.reverses.push_back(one);
  auto predicted = predict(context, ask, wait);
  if (predicted) {
    outlook.unreturnable = std::move(predicted->unreturnable);
    outlook.kept = std::move(predicted->kept);
  } else if (predicted.error().code == ErrorCode::cancelled || !ask.reverses.empty()) {
    // A reverse expression that is wrong is not to be found out by a rollback.
    return fail(std::move(predicted).error());
  } else {
    outlook.not_predicted = predicted.error().message;
  }
  return outlook;
}

std::vector<std::string> told(const WayBackOutlook& outlook) {
  std::vector<std::string> lines;
  for (const auto& one : outlook.obstacles)
    lines.push_back(fmt::format("{}{} ({})",
                                one.stops_it ? "there would be no rollback over a backup: " : "",
                                one.message, one.hint));
  for (const auto& one : outlook.unreturnable)
    lines.push_back(fmt::format("a rollback: {}: {}: {}", rollback::fate_name(one.fate), one.object,
                                one.message));
  for (const auto& one : outlook.kept)
    lines.push_back("a rollback: back at once: " + one + ": it goes to the trash as it is");
  if (!outlook.not_predicted.empty())
    lines.push_back("which later writes could not be brought back is not known: " +
                    outlook.not_predicted);
  return lines;
}

} // namespace slipway::app
