// slipway rollback
#include "app_context.hpp"
#include "confirm.hpp"
#include "result_output.hpp"
#include "rollback_output.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace slipway::cli {

namespace {

struct Options {
  std::int64_t run = 0;
  std::string path = "auto";
  bool dry_run = false;
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
  const bool is_way = outlook.decision.path == rollback::Path::fast ||
                      outlook.decision.path == rollback::Path::none;
  return is_way ? 0 : exit_status(ErrorCode::check_failed);
}

Result<int> run(Invocation& invocation, const Options& options) {
  const auto context = app_context(invocation);
  SLIPWAY_ASSIGN(
      const auto outlook,
      app::look_at_rollback(context, {.run = options.run, .wish = wish_of(options.path)}));
  if (invocation.format != Format::json) invocation.out.write(outlook_text(outlook));
  if (options.dry_run) return print(invocation, outlook, nullptr);
  if (outlook.decision.path == rollback::Path::fast)
    SLIPWAY_TRY(confirm_by_typing(invocation,
                                  fmt::format("This undoes {} migrations in {}.",
                                              outlook.assessment.migrations.size(), outlook.target),
                                  outlook.assessment.database));
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
      "differs. Where undoing would bring back the schema but not the values that were destroyed, it stops; --path fast goes "
      "on all the same.";
  command.group = "Mend";
  command.settings = run_settings();
  command.examples = {{"slipway rollback --dry-run", "what would be done, and why"},
                      {"slipway rollback", "the newest run, after the database's name is typed"},
                      {"slipway rollback --run 12 --yes", "that run, without a question"}};
  command.exit_statuses = {{3, "there is no fast way back, or --dry-run found none"},
                           {5, "undone, but the schema is not the one from before"},
                           {6, "another slipway or a lock was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_option("--run", options->run, "The run to take back, as `slipway status` numbers it")
        ->check(CLI::PositiveNumber)
        ->type_name("RUN");
    app.add_option("--path", options->path, "auto, or the path to take: fast, safe")
        ->check(CLI::IsMember({"auto", "fast", "safe"}))
        ->type_name("PATH");
    app.add_flag("-n,--dry-run", options->dry_run, "Look and decide, and change nothing");
    return [options](Invocation& invocation) { return run(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
