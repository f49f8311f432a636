// slipway rollback
#include "app_context.hpp"
#include "confirm.hpp"
#include "result_output.hpp"
#include "rollback_forecast.hpp"
#include "rollback_output.hpp"
#include "rollback_parked.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::cli {

namespace {

struct Options {
  std::int64_t run = 0;
  std::string path = "auto";
  bool dry_run = false;
  ForecastOptions forecast;
  ParkedOptions parked;
};

rollback::Wish wish_of(const std::string& path) {
  if (path == "fast") return rollback::Wish::fast;
  return path == "safe" ? rollback::Wish::safe : rollback::Wish::automatic;
}

int print(Invocation& invocation, const app::RollbackOutlook& outlook,
          const app::RollbackReport* report) {
  if (invocation.format == Format::json)
    print_json(invocation.out, rollback_json(outlook, report));
  else if (report != nullptr)
    invocation.out.write(rollback_text(outlook, *report));
  return outlook.decision.path == rollback::Path::person ? exit_status(ErrorCode::check_failed) : 0;
}

std::string what_is_done(const app::RollbackOutlook& outlook) {
  const auto& seen = outlook.assessment;
  if (!outlook.left_over.empty())
    return fmt::format("This ends the rollback that was interrupted: {}.",
                       fmt::join(outlook.left_over, ", "));
  if (outlook.decision.path == rollback::Path::fast)
    return fmt::format("This undoes {} migrations in {}.", seen.migrations.size(), outlook.target);
  if (outlook.decision.path != rollback::Path::safe) return {};
  if (!outlook.in_place.empty())
    return fmt::format("This restores {} into schemas of {}, carries over what was written since, "
                       "keeps everybody from writing for a moment and swaps the names of the "
                       "schemas.",
                       outlook.backup->manifest.name, seen.database);
  return fmt::format("This restores {} beside {}, carries over what was written since, ends all "
                     "sessions for a moment and swaps the two.",
                     outlook.backup->manifest.name, seen.database);
}

Result<int> clean_up(Invocation& invocation, const Options& options) {
  const auto context = app_context(invocation);
  if (options.run == 0)
    return fail(Error(ErrorCode::usage, "which run's database is to be dropped?")
                    .with_hint("slipway rollback cleanup --run RUN"));
  SLIPWAY_ASSIGN(const auto kept, app::find_kept_database(context, options.run));
  SLIPWAY_TRY(confirm_by_typing(invocation,
                                fmt::format("This drops the {} {} ({}) for good.",
                                            kept.schemas.empty()       ? "database"
                                            : kept.schemas.size() == 1 ? "schema"
                                                                       : "schemas",
                                            kept.name, kept.size),
                                kept.name));
  SLIPWAY_TRY(app::drop_kept_database(context, kept));
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"dropped", kept.name}});
  else
    invocation.out.write(fmt::format("dropped {}\n", kept.name));
  return 0;
}

Result<int> run(Invocation& invocation, const Options& options) {
  const auto context = app_context(invocation);
  SLIPWAY_ASSIGN(
      const auto outlook,
      app::look_at_rollback(context, {.run = options.run, .wish = wish_of(options.path)}));
  if (invocation.format != Format::json) invocation.out.write(outlook_text(outlook));
  if (options.dry_run) return print(invocation, outlook, nullptr);
  if (const auto what = what_is_done(outlook); !what.empty())
    SLIPWAY_TRY(confirm_by_typing(invocation, what, outlook.assessment.database));
  SLIPWAY_ASSIGN(const auto report, app::roll_back(context, outlook));
  return print(invocation, outlook, &report);
}

} // namespace

Command rollback_command() {
  Command command;
  command.name = "rollback";
  command.summary = "take the newest run back out, and show that it is gone";
  command.description =
      "Looks at the newest `up` (or at --run), at what it left in the database and at what it destroyed, walks the decision "
      "tree, and shows each branch with its answer. Then, after the name of the database is typed (or with --yes), it takes "
      "the fast path: the stored down scripts of just that run, newest first, under the lock and time-out rules of `up`. A "
      "migration that is half applied is undone by what leads from the schema now to the one from before the run, as long as "
      "it changed no rows.\n\n"
      "It is done when the schema's fingerprint is the one from before the run; anything else is an error that names what "
      "differs.\n\n"
      "Where undoing would not bring back the values that were destroyed, or fails, it takes the safe path: the newest backup "
      "from before the run is restored beside the broken database, what was written since is carried over, every row is "
      "compared, and the names are swapped in one transaction. Rows that the old schema cannot hold are parked (rollback parked). The broken "
      "database stays, read-only, until slipway rollback cleanup. A role that may not make or rename databases goes back in "
      "place: the backup is restored into schemas of the same database, and their names are swapped (rollback.restore).\n\n"
      "Around the path stand the project's own programs, where it has them: rollback.freeze and rollback.stop before it, "
      "deploy.previous_application with deploy.health and rollback.unfreeze after it. Each step shows the clock against "
      "rollback.budget and is a row in the table rollback_step of the history's schema. Interrupted anywhere and run again, "
      "it goes on.";
  command.group = "Mend";
  command.settings = run_settings();
  command.examples = {{"slipway rollback --dry-run", "what would be done, and why"},
                      {"slipway rollback", "the newest run, after the database's name is typed"},
                      {"slipway rollback --run 12 --yes", "that run, without a question"},
                      {"slipway rollback --forecast --watch",
                       "what a rollback would replay and park, again and again"},
                      {"slipway rollback parked --reapply",
                       "make again what was parked, when the schema has a place for it"},
                      {"slipway rollback cleanup --run 12", "drop what was kept of it"}};
  command.exit_statuses = {{3, "there is no way back, or somebody must do something first"},
                           {5, "undone, but the schema is not the one from before"},
                           {6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    const auto add_run = [options](CLI::App& to, const char* means) {
      to.add_option("--run", options->run, means)->check(CLI::PositiveNumber)->type_name("RUN");
    };
    app.require_subcommand(0, 1);
    add_run(app, "The run to take back; without it the newest `up`");
    CLI::App* cleanup = app.add_subcommand("cleanup", "drop what a rollback over a backup kept");
    add_run(*cleanup, "The run that was taken back");
    CLI::App* parked = app.add_subcommand(
        "parked", "what rollbacks have set aside, and --reapply to make it again");
    add_parked_options(*parked, options->parked);
    app.add_option("--path", options->path, "auto, or the path to take: fast, safe")
        ->check(CLI::IsMember({"auto", "fast", "safe"}))
        ->type_name("PATH");
    app.add_flag("-n,--dry-run", options->dry_run, "Look and decide, and change nothing");
    add_forecast_options(app, options->forecast);
    return [options, cleanup, parked](Invocation& invocation) {
      if (options->forecast.wanted)
        return show_forecast(invocation, options->run, options->forecast);
      if (parked->parsed()) return show_parked(invocation, options->parked);
      return cleanup->parsed() ? clean_up(invocation, *options) : run(invocation, *options);
    };
  };
  return command;
}

} // namespace slipway::cli
